/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an editor sends, cut as it comes: frames, messages, changes of documents, requests about
 * them. Whatever the bytes are, every answer is a whole message of JSON, each request has one, and
 * places lie inside their text. Checks are made here, by a few rules, not in a process.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/json.h"
#include "lsp/assessment.h"
#include "lsp/diagnostics.h"
#include "lsp/frame.h"
#include "lsp/session.h"

#define CHUNK 61

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char pack[] =
	"pack: fuzz\n"
	"rules:\n"
	"  - id: run\n"
	"    title: RUN\n"
	"    severity: low\n"
	"    applies_to: dockerfile.instruction\n"
	"    when: instruction.keyword == 'RUN'\n"
	"    message: 'runs {instruction.value}'\n"
	"    remedy: Do not.\n"
	"    references: ['https://example.com/']\n"
	"    codes: [X1]\n"
	"    tags: [deprecated]\n"
	"    fix: '[{\"start\": instruction.start, \"end\": instruction.end, \"text\": \"\"}]'\n"
	"  - id: service\n"
	"    title: A service\n"
	"    severity: high\n"
	"    applies_to: compose.service\n"
	"    when: 'true'\n"
	"    message: a service\n"
	"    remedy: None.\n"
	"  - id: file\n"
	"    title: A file\n"
	"    severity: negligible\n"
	"    applies_to: dockerfile\n"
	"    when: 'true'\n"
	"    message: a file\n"
	"    remedy: None.\n";

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int rules(void *context, const char *folder, struct str settings, struct rule_set **ret,
		 struct err *err)
{
	struct rule_set *set = NULL;
	int r = rule_set_new(&set, err);

	(void)context;
	(void)folder;
	if (r == 0)
		r = rule_set_add_pack(set, STR(pack), STR("fuzz.yaml"), err);
	if (r == 0 && settings.n)
		r = rule_set_add_settings(set, settings, STR("settings"), err);
	if (r < 0)
		rule_set_free(set);
	else
		*ret = set;
	return r;
}

static int look_beside(void *context, struct lint *lint, const struct source_file *f,
		       struct err *err)
{
	return 0;
}

static int64_t now(void *context)
{
	return 1700000000;
}

static const struct lsp_host host = {.rules = rules, .look_beside = look_beside, .now = now};

/* As the process of a check would. */
static void assess(struct session *s, struct document *d)
{
	struct strbuf line = STRBUF_INIT(LIMIT_LSP_OUTPUT_BYTES);
	struct source_file f = document_source(d);
	struct rule_set *set;
	struct err why = {0};
	bool fixable;

	d->due_ms = 0;
	f.is_example = true; /* no program is started */
	if (workspace_rules(&s->workspace, d->path, &set, &why, NULL) == 0 &&
	    assessment_write(set, &f, &host, &line, &fixable, NULL) == 0 &&
	    assessment_read(str_trim(strbuf_str(&line)), &d->found, NULL) == 0) {
		d->found->is_whole = true;
		for (size_t i = 0; i < d->found->n_findings; i++)
			require(d->found->findings[i].start <= d->found->findings[i].end &&
				d->found->findings[i].end <= d->text.n);
		(void)diagnostics_publish(s, d, NULL); /* what it says is looked at below */
	}
	strbuf_done(&line);
}

static void check_output(struct session *s)
{
	struct frames out;
	struct json *doc = NULL;
	struct str body;

	frames_init(&out);
	while (session_output(s).n) {
		struct str some = str_sub(session_output(s), 0, 65536);

		require(frames_add(&out, some, NULL) == 0);
		session_wrote(s, some.n);
		while (frames_next(&out, &body, NULL) > 0) {
			require(json_parse(body, &doc, NULL) == 0);
			json_freep(&doc);
		}
	}
	require(!frames_is_inside(&out));
	frames_done(&out);
}

static int take(struct session *s, struct frames *in)
{
	struct document *d;
	struct err why = {0};
	struct str body;
	int got, r = 0;

	while (r == 0 && (got = frames_next(in, &body, &why)) != 0) {
		r = got > 0 ? session_take(s, body, 1, NULL) : session_pass_over(s, &why, NULL);
		for (size_t i = 0; (d = documents_at(&s->documents, i)) != NULL; i++)
			if (d->due_ms && !d->is_lost)
				assess(s, d);
		(void)session_answer_waiting(s, NULL); /* only what it says matters */
		check_output(s);
		if (got == -ERR_FORMAT)
			return -ERR_FORMAT;
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make(data, size);
	struct session *s = NULL;
	struct frames in;

	frames_init(&in);
	require(session_new(&host, &s, NULL) == 0);
	while (rest.n && s->state != SESSION_ENDED) {
		if (frames_add(&in, str_sub(rest, 0, CHUNK), NULL) < 0 || take(s, &in) < 0)
			break;
		rest = str_skip(rest, CHUNK);
	}
	require(s->waiting.n == 0);
	session_free(s);
	frames_done(&in);
	return 0;
}
