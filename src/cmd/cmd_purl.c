/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/line_answers.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "package/purl.h"

/* The arena is emptied when a few thousand lines have filled this much of it. */
#define ARENA_BYTES ((size_t)1 << 20)

static struct arena *reuse(struct arena *a)
{
	if (a->used > ARENA_BYTES)
		arena_reset(a);
	return a;
}

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

static int answer_parse(void *context, struct str line, struct strbuf *out, struct err *err)
{
	struct arena *a = reuse(context);
	struct json_writer w;
	struct purl p;
	int r = purl_parse(line, a, &p, err);

	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	put_or_null(&w, "type", p.type);
	put_or_null(&w, "namespace", p.namespace);
	put_or_null(&w, "name", p.name);
	put_or_null(&w, "version", p.version);
	put_qualifiers(&w, &p);
	put_or_null(&w, "subpath", p.subpath);
	json_close_map(&w);
	return strbuf_check(out, err);
}

static bool is_null(const struct json *v)
{
	return json_kind_of(v) == JSON_KIND_NULL;
}

/* A list of checksums is one value, joined by commas. */
static int join_list(struct arena *a, const struct json *list, struct str *ret, struct err *err)
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
	*ret = arena_str(a, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static int read_qualifiers(struct arena *a, const struct json *map, struct purl *p, struct err *err)
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
	list = arena_array(a, json_len(map), sizeof *list);
	if (!list)
		return err_nomem(err);
	p->qualifiers = list;
	while (json_each(map, &iter, &key, &v)) {
		struct purl_qualifier *q = &list[p->n_qualifiers++];

		q->key = key;
		q->value = json_str(v);
		if (json_kind_of(v) == JSON_KIND_LIST && str_is(key, "checksum")) {
			r = join_list(a, v, &q->value, err);
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

static int read_parts(struct arena *a, const struct json *doc, struct purl *p, struct err *err)
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
			r = read_qualifiers(a, v, p, err);
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

static int answer_build(void *context, struct str line, struct strbuf *out, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct purl p = {0};
	int r = json_parse(line, &doc, err);

	if (r == 0)
		r = read_parts(reuse(context), doc, &p, err);
	return r == 0 ? purl_build(&p, out, err) : r;
}

static void put_error(struct strbuf *out, const struct err *what)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "error", what->msg);
	json_close_map(&w);
}

static int run(int argc, const char *const *argv)
{
	struct arena arena;
	struct line_answers answers = {
		.put_error = put_error,
		.context = &arena,
		.max_line = LIMIT_PURL_BYTES,
		.max_answer = (size_t)8 * LIMIT_PURL_BYTES,
		.limit = "purl_bytes",
	};
	struct err err = {0};
	int status;

	if (argc < 1) {
		err_set(&err, ERR_USAGE, "purl: say what to do: parse or build");
		return command_error(&err);
	}
	if (strcmp(argv[0], "parse") == 0)
		answers.answer = answer_parse;
	else if (strcmp(argv[0], "build") == 0)
		answers.answer = answer_build;
	if (!answers.answer) {
		err_set(&err, ERR_USAGE, "purl: \"%s\" is neither parse nor build", argv[0]);
		return command_error(&err);
	}
	arena_init(&arena, LIMIT_ARENA_BYTES);
	status = line_answers_run(&answers, argc - 1, argv + 1);
	arena_done(&arena);
	return status;
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
