/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/sbom/bom.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "codec/json_stream.h"
#include "inventory/sbom/packages.h"

#define MAX_ROOT_KEYS 64 /* of the outermost object, in our own tables */

bool bom_is_json(struct str head)
{
	(void)str_pull_prefix(&head,
			      STR("\xef\xbb\xbf")); /* a byte order mark, where there is one */
	head = str_trim(head);
	return head.n && *head.p == '{';
}

/* ---- what it is ---- */

struct marks {
	struct str bom_format, spec_version, spdx_version; /* in the arena */
	bool is_json_ld;				   /* as SPDX 3 is */
};

static int keep_mark(struct json_stream *s, struct str key, struct arena *a, struct marks *ret,
		     struct err *err)
{
	static const struct {
		const char *key;
		size_t offset;
	} rows[] = {
		{"bomFormat", offsetof(struct marks, bom_format)},
		{"specVersion", offsetof(struct marks, spec_version)},
		{"spdxVersion", offsetof(struct marks, spdx_version)},
	};

	ret->is_json_ld |= str_is(key, "@context");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(json_freep) struct json *v = NULL;
		int r;

		if (!str_is(key, rows[i].key))
			continue;
		r = json_stream_value(s, &v, err);
		if (r < 0)
			return err_wrap(err, r, "%s", rows[i].key);
		if (json_kind_of(v) != JSON_KIND_TEXT)
			return err_set(err, ERR_FORMAT, "%s: expected a string", rows[i].key);
		*(struct str *)((char *)ret + rows[i].offset) = arena_str(a, json_str(v));
	}
	return 0;
}

static int read_marks(struct str bytes, struct arena *a, struct marks *ret, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	struct memory_stream in = memory_stream_make(bytes);
	struct str key;
	int r = json_stream_open(&in.stream, &s, err);

	*ret = (struct marks){0};
	if (r == 0)
		r = json_stream_enter(s, err);
	while (r >= 0 && (r = json_stream_next(s, &key, err)) > 0)
		r = keep_mark(s, key, a, ret, err);
	if (r == 0)
		r = json_stream_end(s, err);
	return r < 0 ? r : arena_check(a, err);
}

static int cyclonedx_version(struct str text, unsigned *ret, struct err *err)
{
	struct str minor = text;
	uint64_t n;

	if (str_pull_prefix(&minor, STR("1.")) && str_parse_u64(minor, &n) && n >= 4 && n <= 7) {
		*ret = (unsigned)n;
		return 0;
	}
	if (text.n == 0)
		return err_set(err, ERR_FORMAT, "specVersion is missing");
	return err_set(err, ERR_UNSUPPORTED, "specVersion \"%.*s\": CycloneDX 1.4 to 1.7 are read",
		       STR_FMT(str_sub(text, 0, 40)));
}

static int spdx_version(struct str text, unsigned *ret, struct err *err)
{
	if (str_is(text, "SPDX-2.2") || str_is(text, "SPDX-2.3")) {
		*ret = str_is(text, "SPDX-2.2") ? 2 : 3;
		return 0;
	}
	return err_set(err, ERR_UNSUPPORTED, "spdxVersion \"%.*s\": SPDX 2.2 and 2.3 are read",
		       STR_FMT(str_sub(text, 0, 40)));
}

/* What has a specVersion is meant to be CycloneDX, though its bomFormat may be missing. */
static int choose_format(const struct marks *m, const struct bom_format **ret,
			 unsigned *ret_version, struct err *err)
{
	if (m->bom_format.n || m->spec_version.n) {
		*ret = &bom_cyclonedx;
		return cyclonedx_version(m->spec_version, ret_version, err);
	}
	if (m->spdx_version.n) {
		*ret = &bom_spdx;
		return spdx_version(m->spdx_version, ret_version, err);
	}
	if (m->is_json_ld)
		return err_set(err, ERR_UNSUPPORTED,
			       "JSON-LD: of SPDX the versions 2.2 and 2.3 are read");
	return err_set(err, ERR_FORMAT, "JSON, but no SBOM: neither bomFormat nor spdxVersion");
}

bool bom_is_bom(struct str bytes)
{
	struct marks m;
	struct arena a;
	bool is_bom;

	arena_init(&a, LIMIT_JSON_BYTES * 4);
	is_bom = read_marks(bytes, &a, &m, NULL) == 0 &&
		 (m.bom_format.n || m.spec_version.n || m.spdx_version.n);
	arena_done(&a);
	return is_bom;
}

/* ---- what it says ---- */

struct reading {
	struct bom bom;
	const struct bom_format *format;
	struct json_stream *s;
	const struct form_key *seen[MAX_ROOT_KEYS];
	size_t n_seen;
};

static bool was_seen(const struct reading *rd, const struct form_key *k)
{
	for (size_t i = 0; i < rd->n_seen; i++)
		if (rd->seen[i] == k)
			return true;
	return false;
}

static int read_value(struct reading *rd, const struct form_key *k, struct str type,
		      struct err *err)
{
	CLEANUP(json_freep) struct json *v = NULL;
	int r = json_stream_value(rd->s, &v, err);

	if (r == 0 && json_kind_of(v) == JSON_KIND_NULL && !k->required)
		return 0;
	if (r == 0)
		r = form_check_type(&rd->bom.check, type, v, err);
	if (r == 0)
		r = rd->format->see(&rd->bom, str_of(k->key), v, err);
	arena_reset(&rd->bom.temp);
	return r;
}

/* A list is read entry by entry, whatever its length. */
static int read_list(struct reading *rd, const struct form_key *k, struct err *err)
{
	struct str type = str_of(k->type), unused;
	size_t n = 0;
	int r = json_stream_enter(rd->s, err);

	type = str_sub(type, 1, type.n - 2);
	while (r >= 0 && (r = json_stream_next(rd->s, &unused, err)) > 0) {
		n++;
		r = read_value(rd, k, type, err);
		if (r < 0)
			return err_wrap(err, r, "entry %zu", n);
	}
	return r;
}

static int read_key(struct reading *rd, struct str key, struct err *err)
{
	const struct form_key *k = form_find(&rd->bom.check, rd->format->root, key);
	int r;

	if (!k)
		return 0;
	if (was_seen(rd, k))
		return err_set(err, ERR_FORMAT, "%s stands there twice", k->key);
	if (rd->n_seen == MAX_ROOT_KEYS)
		return err_set(err, ERR_BUG, "more keys than the tables may have");
	rd->seen[rd->n_seen++] = k;
	if (k->type[0] == '[' && json_stream_kind(rd->s) == JSON_KIND_LIST)
		r = read_list(rd, k, err);
	else
		r = read_value(rd, k, str_of(k->type), err);
	return r < 0 ? err_wrap(err, r, "%s", k->key) : 0;
}

static int check_missing(const struct reading *rd, struct err *err)
{
	const struct form_key *k = NULL;

	while ((k = form_next(&rd->bom.check, rd->format->root, k)))
		if (k->required && !was_seen(rd, k))
			return err_set(err, ERR_FORMAT, "%s is missing", k->key);
	return 0;
}

static int read_document(struct reading *rd, struct str bytes, struct err *err)
{
	struct memory_stream in = memory_stream_make(bytes);
	struct str key;
	int r = json_stream_open(&in.stream, &rd->s, err);

	if (r == 0)
		r = json_stream_enter(rd->s, err);
	while (r >= 0 && (r = json_stream_next(rd->s, &key, err)) > 0)
		r = read_key(rd, key, err);
	if (r == 0)
		r = check_missing(rd, err);
	return r < 0 ? r : bom_finish(&rd->bom, err);
}

static void reading_init(struct reading *rd, struct report *report)
{
	rd->bom.report = report;
	arena_init(&rd->bom.temp, LIMIT_ARENA_BYTES);
	arena_init(&rd->bom.kept, LIMIT_ARENA_BYTES);
	map_init(&rd->bom.refs, LIMIT_SBOM_REFS);
	rd->bom.check.refs = &rd->bom.refs;
	rd->bom.check.arena = &rd->bom.kept;
}

static void reading_done(struct reading *rd)
{
	json_stream_free(rd->s);
	map_done(&rd->bom.refs);
	arena_done(&rd->bom.kept);
	arena_done(&rd->bom.temp);
}

int bom_read(struct str bytes, struct report *report, struct err *err)
{
	struct reading rd = {0};
	struct marks marks;
	int r;

	(void)str_pull_prefix(&bytes, STR("\xef\xbb\xbf")); /* as in bom_is_json */
	reading_init(&rd, report);
	r = read_marks(bytes, &rd.bom.kept, &marks, err);
	if (r == 0)
		r = choose_format(&marks, &rd.format, &rd.bom.check.version, err);
	if (r == 0) {
		rd.bom.check.form = rd.format->form;
		rd.bom.format = rd.format->id;
		r = read_document(&rd, bytes, err);
	}
	reading_done(&rd);
	return r;
}
