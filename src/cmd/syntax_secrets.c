/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/syntax_secrets.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/shipped.h"
#include "cmd/command.h"
#include "cmd/line_answers.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "secret/secret_stream.h"

static void put_hits(struct strbuf *out, const struct secret_hits *hits)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_list(&w);
	for (size_t i = 0; i < hits->n; i++) {
		json_open_map(&w);
		json_put_str(&w, "rule", hits->p[i].rule->id);
		json_put_uint(&w, "at", hits->p[i].at);
		json_put_uint(&w, "length", hits->p[i].value.n);
		json_put_uint(&w, "percent", (uint64_t)(hits->p[i].confidence * 100 + 0.5));
		json_close_map(&w);
	}
	json_close_list(&w);
}

static int answer_text(void *context, struct str line, struct strbuf *out, struct err *err)
{
	CLEANUP(json_freep) struct json *text = NULL;
	struct secret_hits hits;
	int r = json_parse(line, &text, err);

	if (r == 0)
		r = secret_scan(context, json_str(text), SECRET_TEXT, &hits, err);
	if (r < 0)
		return r;
	put_hits(out, &hits);
	return strbuf_check(out, err);
}

static void put_error(struct strbuf *out, const struct err *what)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "error", what->msg);
	json_close_map(&w);
}

static void put_finds(struct strbuf *out, const struct secret_finds *finds)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_list(&w);
	for (size_t i = 0; i < finds->n; i++) {
		json_open_map(&w);
		json_put_str(&w, "rule", finds->p[i].rule->id);
		json_put_uint(&w, "line", finds->p[i].line);
		json_put_uint(&w, "at", finds->p[i].offset);
		json_put_uint(&w, "length", finds->p[i].length);
		json_put_uint(&w, "percent", (uint64_t)(finds->p[i].confidence * 100 + 0.5));
		json_close_map(&w);
	}
	json_close_list(&w);
	strbuf_addc(out, '\n');
}

/* As one part of a scan, archives as they are stored. */
static int read_file(struct secret_reader *reader, const char *path, struct secret_finds *ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(LIMIT_SYNTAX_BYTES);
	struct content_part part = {.path = str_of(path)};
	struct secret_stream *stream = NULL;
	int r = file_read(path, &in, err);

	part.size = in.n;
	part.head = str_sub(strbuf_str(&in), 0, CONTENT_HEAD_BYTES);
	if (r == 0)
		r = secret_stream_begin(reader, &part, &stream, err);
	if (r < 0)
		return r;
	r = secret_stream_data(stream, strbuf_str(&in), err);
	if (r < 0) {
		(void)secret_stream_end(stream, NULL, NULL); /* r tells */
		return r;
	}
	return secret_stream_end(stream, ret, err);
}

static int answer_files(const struct secret_set *set, int n, const char *const *paths)
{
	CLEANUP(fingerprint_key_done) struct fingerprint_key key = {0};
	CLEANUP(secret_reader_freep) struct secret_reader *reader = NULL;
	struct secret_finds finds;
	struct err err = {0};
	int status = EXIT_DONE;

	if (!secret_set(&key.bytes, STR("fingerprints are not printed")) ||
	    secret_reader_new(set, &key, &reader, &err) < 0)
		return command_error(&err);
	for (int i = 0; i < n && status == EXIT_DONE; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

		if (read_file(reader, paths[i], &finds, &err) < 0)
			return command_error(&err);
		put_finds(&out, &finds);
		status = command_print(strbuf_str(&out));
	}
	return status;
}

static int add_packs(struct secret_set *set, const char *const *paths, int n, struct err *err)
{
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf in = STRBUF_INIT(LIMIT_JSON_BYTES);
		int r = file_read(paths[i], &in, err);

		if (r == 0)
			r = secret_set_add_pack(set, strbuf_str(&in), str_of(paths[i]), err);
		if (r < 0)
			return r;
	}
	for (const struct shipped_file *f = shipped_files; n == 0 && f->name; f++) {
		int r = 0;

		if (str_has_prefix(str_of(f->name), STR("secrets/")))
			r = secret_set_add_pack(set, str_make(f->bytes, f->n), str_of(f->name),
						err);
		if (r < 0)
			return r;
	}
	return secret_set_compile(set, err);
}

int syntax_secrets(int n, const char *const *paths, const char *const *rules, int n_rules)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	CLEANUP(secret_scanner_freep) struct secret_scanner *s = NULL;
	struct line_answers answers = {
		.answer = answer_text,
		.put_error = put_error,
		.max_line = LIMIT_JSON_BYTES,
		.max_answer = LIMIT_JSON_BYTES,
		.limit = "json_bytes",
	};
	struct err err = {0};

	if (secret_set_new(&set, &err) < 0 || add_packs(set, rules, n_rules, &err) < 0 ||
	    secret_scanner_new(set, &s, &err) < 0)
		return command_error(&err);
	answers.context = s;
	if (n == 0)
		return line_answers_run(&answers, 0, NULL);
	return answer_files(set, n, paths);
}
