/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/baseline.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "codec/json.h"
#include "policy/ignore_rule.h"

#define PRINT_DIGITS 16

struct reading {
	struct ignore *ig;
	struct str name;
	struct vec prints; /* struct str, in the ignore's arena */
	struct err *err;
};

static bool is_print(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return s.n == PRINT_DIGITS;
}

static int add_print(struct reading *rd, struct str print, size_t line)
{
	struct str *slot;

	if (!is_print(print))
		return err_set(rd->err, ERR_FORMAT,
			       "%.*s:%zu: a fingerprint is %d hexadecimal digits",
			       STR_FMT(rd->name), line, PRINT_DIGITS);
	slot = vec_push(&rd->prints);
	if (!slot)
		return err_set(rd->err, ERR_LIMIT, "%.*s: more than findings (%d)",
			       STR_FMT(rd->name), LIMIT_FINDINGS);
	*slot = arena_str(&rd->ig->arena, print);
	return slot->p ? 0 : err_nomem(rd->err);
}

/* A report's findings that have one, or a bare list. */
static int read_json(struct reading *rd, struct str bytes)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *list;
	int r = json_parse(bytes, &doc, rd->err);
	bool is_list = r == 0 && json_kind_of(doc) == JSON_KIND_LIST;

	if (r < 0)
		return err_wrap(rd->err, r, "%.*s", STR_FMT(rd->name));
	list = is_list ? doc : json_get(doc, "findings");
	if (json_kind_of(list) != JSON_KIND_LIST)
		return err_set(rd->err, ERR_FORMAT,
			       "%.*s: neither a report nor a list of fingerprints",
			       STR_FMT(rd->name));
	for (size_t i = 0; i < json_len(list) && r == 0; i++) {
		const struct json *item = json_at(list, i);
		struct str print = is_list ? json_str(item) : json_get_str(item, "fingerprint");

		if (is_list || print.n)
			r = add_print(rd, print, 1);
	}
	return r;
}

static int read_lines(struct reading *rd, struct str bytes)
{
	struct str line;
	size_t number = 0;
	int r = 0;

	while (r == 0 && str_pull_line(&bytes, &line)) {
		line = str_trim(str_sub(line, 0, str_find_char(line, '#')));
		number++;
		if (line.n)
			r = add_print(rd, line, number);
	}
	return r;
}

static int add_rule(struct reading *rd)
{
	struct arena *a = &rd->ig->arena;
	struct ignore_rule *rule = vec_push(&rd->ig->rules);
	struct str *p = arena_array(a, rd->prints.n + 1, sizeof *p);

	if (!rule || !p)
		return err_nomem(rd->err);
	*p = STR("none"); /* an empty baseline takes nothing off, not everything */
	for (size_t i = 0; i < rd->prints.n; i++)
		p[i] = *(struct str *)vec_at(&rd->prints, i);
	*rule = (struct ignore_rule){
		.file = arena_str(a, rd->name),
		.fingerprints = {p, rd->prints.n ? rd->prints.n : 1},
		.reason = STR(FINDING_IN_BASELINE),
		.text = arena_strf(a, "%zu fingerprints of the baseline", rd->prints.n)};
	return rule->text.p && rule->file.p ? 0 : err_nomem(rd->err);
}

int baseline_parse(struct ignore *ig, struct str name, struct str bytes, struct err *err)
{
	struct reading rd = {
		.ig = ig, .name = name, .prints = VEC_INIT(struct str, LIMIT_FINDINGS), .err = err};
	struct str text = str_trim(bytes);
	bool is_json = str_has_prefix(text, STR("{")) || str_has_prefix(text, STR("["));
	int r = is_json ? read_json(&rd, text) : read_lines(&rd, bytes);

	if (r == 0)
		r = add_rule(&rd);
	vec_done(&rd.prints);
	return r;
}

int baseline_read(struct ignore *ig, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SBOM_BYTES);
	int r = file_read(path, &sb, err);

	return r < 0 ? r : baseline_parse(ig, str_of(path), strbuf_str(&sb), err);
}
