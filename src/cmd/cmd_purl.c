/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/lines.h"
#include "cmd/command.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "package/purl.h"

/* Results wait until this many bytes have come together, or until stdin has nothing at hand. */
#define WRITE_BYTES ((size_t)64 << 10)

/* The arena is emptied when a few thousand lines have filled this much of it. */
#define ARENA_BYTES ((size_t)1 << 20)

struct purl_run {
	int (*answer)(struct purl_run *run, struct str line, struct err *err);
	struct arena arena;
	struct strbuf line; /* the answer to one line */
	struct strbuf out;
	bool failed; /* at least one line was an error */
};

static void put_or_null(struct json_writer *w, const char *key, struct str value)
{
	json_key(w, key);
	if (value.n)
		json_add_str(w, value);
	else
		json_add_null(w);
}

static void put_qualifiers(struct json_writer *w, const struct purl *p)
{
	json_key(w, "qualifiers");
	if (p->n_qualifiers == 0) {
		json_add_null(w);
		return;
	}
	json_open_map(w);
	for (size_t i = 0; i < p->n_qualifiers; i++) {
		json_key_str(w, p->qualifiers[i].key);
		json_add_str(w, p->qualifiers[i].value);
	}
	json_close_map(w);
}

static int answer_parse(struct purl_run *run, struct str line, struct err *err)
{
	struct json_writer w;
	struct purl p;
	int r = purl_parse(line, &run->arena, &p, err);

	if (r < 0)
		return r;
	json_writer_init(&w, &run->line, JSON_COMPACT);
	json_open_map(&w);
	put_or_null(&w, "type", p.type);
	put_or_null(&w, "namespace", p.namespace);
	put_or_null(&w, "name", p.name);
	put_or_null(&w, "version", p.version);
	put_qualifiers(&w, &p);
	put_or_null(&w, "subpath", p.subpath);
	json_close_map(&w);
	return strbuf_check(&run->line, err);
}

static bool is_null(const struct json *v)
{
	return json_kind_of(v) == JSON_KIND_NULL;
}

/* A list of checksums is one value, joined by commas. */
static int join_list(struct purl_run *run, const struct json *list, struct str *ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	int r;

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *v = json_at(list, i);

		if (json_kind_of(v) != JSON_KIND_TEXT)
			return err_set(err, ERR_FORMAT,
				       "qualifier \"checksum\": item %zu is no string", i + 1);
		if (i)
			strbuf_addc(&sb, ',');
		strbuf_add(&sb, json_str(v));
	}
	r = strbuf_check(&sb, err);
	if (r < 0)
		return r;
	*ret = arena_str(&run->arena, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static int read_qualifiers(struct purl_run *run, const struct json *map, struct purl *p,
			   struct err *err)
{
	struct purl_qualifier *list;
	const struct json *v;
	void *iter = NULL;
	struct str key;
	int r;

	if (is_null(map))
		return 0;
	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "qualifiers: expected an object or null");
	list = arena_array(&run->arena, json_len(map), sizeof *list);
	if (!list)
		return err_nomem(err);
	p->qualifiers = list;
	while (json_each(map, &iter, &key, &v)) {
		struct purl_qualifier *q = &list[p->n_qualifiers++];

		q->key = key;
		q->value = json_str(v);
		if (json_kind_of(v) == JSON_KIND_LIST && str_is(key, "checksum")) {
			r = join_list(run, v, &q->value, err);
			if (r < 0)
				return r;
		} else if (json_kind_of(v) != JSON_KIND_TEXT && !is_null(v)) {
			return err_set(err, ERR_FORMAT,
				       "qualifier \"%.*s\": expected a string or null",
				       STR_FMT(str_sub(key, 0, 80)));
		}
	}
	return 0;
}

static struct str *text_part(struct purl *p, struct str key)
{
	if (str_is(key, "type"))
		return &p->type;
	if (str_is(key, "namespace"))
		return &p->namespace;
	if (str_is(key, "name"))
		return &p->name;
	if (str_is(key, "version"))
		return &p->version;
	return str_is(key, "subpath") ? &p->subpath : NULL;
}

static int read_parts(struct purl_run *run, const struct json *doc, struct purl *p, struct err *err)
{
	const struct json *v;
	void *iter = NULL;
	struct str key;
	int r;

	if (json_kind_of(doc) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT,
			       "expected an object with type, namespace, name, version, "
			       "qualifiers and subpath");
	while (json_each(doc, &iter, &key, &v)) {
		struct str *part = text_part(p, key);

		if (part && (json_kind_of(v) == JSON_KIND_TEXT || is_null(v))) {
			*part = json_str(v);
		} else if (part) {
			return err_set(err, ERR_FORMAT, "%.*s: expected a string or null",
				       STR_FMT(key));
		} else if (str_is(key, "qualifiers")) {
			r = read_qualifiers(run, v, p, err);
			if (r < 0)
				return r;
		} else {
			return err_set(err, ERR_FORMAT,
				       "\"%.*s\": no part of a package URL has this name",
				       STR_FMT(str_sub(key, 0, 80)));
		}
	}
	return 0;
}

static int answer_build(struct purl_run *run, struct str line, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct purl p = {0};
	int r = json_parse(line, &doc, err);

	if (r == 0)
		r = read_parts(run, doc, &p, err);
	return r == 0 ? purl_build(&p, &run->line, err) : r;
}

/* Puts the error of a line in place of its answer. */
static void put_error(struct purl_run *run, const struct err *what)
{
	struct json_writer w;

	run->failed = true;
	strbuf_reset(&run->line);
	json_writer_init(&w, &run->line, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "error", what->msg);
	json_close_map(&w);
}

static void add_answer(struct purl_run *run)
{
	strbuf_add(&run->out, strbuf_str(&run->line));
	strbuf_addc(&run->out, '\n');
	strbuf_reset(&run->line);
	if (run->arena.used > ARENA_BYTES)
		arena_reset(&run->arena);
}

static int flush(struct purl_run *run, struct err *err)
{
	int r = strbuf_check(&run->out, err);

	if (r == 0)
		r = fd_write_all(STDOUT_FILENO, strbuf_str(&run->out), err);
	strbuf_reset(&run->out);
	return r;
}

static int answer_line(struct purl_run *run, struct str line, struct err *err)
{
	struct err what = {0};

	if (run->answer(run, line, &what) < 0)
		put_error(run, &what);
	add_answer(run);
	return run->out.n > WRITE_BYTES ? flush(run, err) : 0;
}

static int answer_stdin(struct purl_run *run, struct err *err)
{
	CLEANUP(lines_done) struct lines in = LINES_INIT(STDIN_FILENO, LIMIT_PURL_BYTES);
	struct err what = {0};
	struct str line;
	int r, got;

	for (;;) {
		/* Whoever writes a line and waits for its answer gets it. */
		r = lines_ready(&in) ? 0 : flush(run, err);
		if (r < 0)
			return r;
		got = lines_next(&in, &line, &what);
		if (got == 0)
			return 0;
		if (got == -ERR_LIMIT) {
			(void)err_set(&what, ERR_LIMIT, "line %zu: longer than purl_bytes (%d)",
				      in.number, (int)LIMIT_PURL_BYTES); /* names the limit */
			put_error(run, &what);
			add_answer(run);
			continue;
		}
		if (got < 0) {
			*err = what;
			return got;
		}
		r = answer_line(run, line, err);
		if (r < 0)
			return r;
	}
}

static int answer_all(struct purl_run *run, int n, const char *const *words, struct err *err)
{
	int r = 0;

	if (n == 0)
		return answer_stdin(run, err);
	for (int i = 0; r == 0 && i < n; i++)
		r = answer_line(run, str_of(words[i]), err);
	return r == 0 ? flush(run, err) : r;
}

static int run(int argc, const char *const *argv)
{
	struct purl_run purl_run = {
		.line = STRBUF_INIT((size_t)8 * LIMIT_PURL_BYTES),
		.out = STRBUF_INIT(WRITE_BYTES + (size_t)16 * LIMIT_PURL_BYTES),
	};
	struct err err = {0};
	int r;

	if (argc < 1) {
		err_set(&err, ERR_USAGE, "purl: say what to do: parse or build");
		return command_error(&err);
	}
	if (strcmp(argv[0], "parse") == 0)
		purl_run.answer = answer_parse;
	else if (strcmp(argv[0], "build") == 0)
		purl_run.answer = answer_build;
	if (!purl_run.answer) {
		err_set(&err, ERR_USAGE, "purl: \"%s\" is neither parse nor build", argv[0]);
		return command_error(&err);
	}
	arena_init(&purl_run.arena, LIMIT_ARENA_BYTES);
	r = answer_all(&purl_run, argc - 1, argv + 1, &err);
	arena_done(&purl_run.arena);
	strbuf_done(&purl_run.line);
	strbuf_done(&purl_run.out);
	if (r < 0)
		return command_error(&err);
	return purl_run.failed ? EXIT_FINDINGS : EXIT_DONE;
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_purl = {
	.name = "purl",
	.arguments = "parse|build [TEXT...]",
	.summary = "take package URLs apart, or put them together",
	.details = "parse reads a package URL a line from stdin, or those given as arguments, and "
		   "prints for each a JSON object with type, namespace, name, version, qualifiers "
		   "and subpath, decoded and in canonical form; absent parts are null.\n"
		   "build reads such an object a line and prints the canonical package URL.\n"
		   "A line that is none gives {\"error\": TEXT} in its place. The exit status is 0 "
		   "when every line could be answered, 1 when one could not, 2 on a wrong call.",
	.options = options,
	.run = run,
};
