/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_metadata.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "trust/canonical_json.h"
#include "trust/tuf/tuf_read.h"

#define SIGNATURE_BYTES_MAX 4096 /* RSA of the largest size that is taken has 2048 */

const char *tuf_type_name(enum tuf_type type)
{
	static const char *const names[TUF_TYPES] = {"root", "timestamp", "snapshot", "targets"};

	return names[type];
}

/* ---- the envelope ---- */

static bool read_type(enum tuf_dialect dialect, struct str text, enum tuf_type *ret)
{
	for (int i = 0; i < TUF_TYPES; i++) {
		struct str name = str_of(tuf_type_name((enum tuf_type)i));
		bool same = dialect == TUF_MODERN
				    ? str_eq(text, name)
				    : str_eq_nocase(text, name) && text.p[0] == name.p[0] - 32;

		if (same) {
			*ret = (enum tuf_type)i;
			return true;
		}
	}
	return false;
}

static int read_common(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	struct str type = json_get_str(members, "_type"),
		   expires = json_get_str(members, "expires");

	if (!read_type(m->dialect, type, &m->type))
		return err_set(err, ERR_FORMAT, "_type is none that is known: \"%.*s\"",
			       STR_FMT(str_sub(type, 0, 40)));
	if (!json_get_int(members, "version", &m->version) ||
	    m->version < (m->dialect == TUF_MODERN ? 1 : 0))
		return err_set(err, ERR_FORMAT, "version is no number from 1");
	if (!clock_parse(expires, &m->expires))
		return err_set(err, ERR_FORMAT, "expires is no time: \"%.*s\"",
			       STR_FMT(str_sub(expires, 0, 40)));
	return 0;
}

static bool decode_hex(struct str text, char *out)
{
	for (size_t i = 0; i < text.n; i += 2) {
		int high = char_hex(text.p[i]), low = char_hex(text.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (char)(high << 4 | low);
	}
	return true;
}

/* What cannot be read is empty: it holds for nobody, and spoils no other (section 4.2). */
static struct str read_signature_bytes(struct tuf_metadata *m, struct str text)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(SIGNATURE_BYTES_MAX);
	char *room;

	if (m->dialect == TUF_NOTARY) {
		if (base64_decode(text, BASE64_STANDARD, &raw, NULL) < 0)
			strbuf_reset(&raw);
	} else if (text.n % 2 == 0 && text.n / 2 <= SIGNATURE_BYTES_MAX) {
		room = strbuf_reserve(&raw, text.n / 2);
		if (room && decode_hex(text, room))
			strbuf_commit(&raw, text.n / 2);
	}
	return arena_str(&m->arena, strbuf_str(&raw));
}

static int read_signature(struct tuf_metadata *m, const struct json *from, struct tuf_signature *s,
			  struct err *err)
{
	if (json_kind_of(json_get(from, "keyid")) != JSON_KIND_TEXT ||
	    json_kind_of(json_get(from, "sig")) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "signatures: one is without keyid or sig");
	s->keyid = arena_str(&m->arena, json_get_str(from, "keyid"));
	s->method = arena_str(&m->arena, json_get_str(from, "method"));
	s->bytes = read_signature_bytes(m, json_get_str(from, "sig"));
	return 0;
}

static int read_signatures(struct tuf_metadata *m, const struct json *list, struct err *err)
{
	size_t n = json_len(list);
	struct tuf_signature *all;

	if (json_kind_of(list) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "signatures is no list");
	if (n > LIMIT_TUF_SIGNATURES)
		return err_set(err, ERR_LIMIT, "%zu signatures: more than tuf_signatures (%d)", n,
			       LIMIT_TUF_SIGNATURES);
	all = arena_array(&m->arena, n + 1, sizeof *all);
	if (!all)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		int r = read_signature(m, json_at(list, i), &all[i], err);

		if (r < 0)
			return r;
	}
	m->signatures = all;
	m->n_signatures = n;
	return 0;
}

static int read_signed(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf canonical = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	int r;

	if (json_kind_of(members) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "signed is no object");
	r = read_common(m, members, err);
	if (r == 0)
		r = m->dialect == TUF_MODERN ? tuf_read_modern(m, members, err)
					     : tuf_read_notary(m, members, err);
	if (r == 0)
		r = canonical_json_write(members, &canonical, err);
	if (r == 0)
		m->signed_bytes = arena_str(&m->arena, strbuf_str(&canonical));
	return r;
}

static int read_document(struct tuf_metadata *m, struct str bytes, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	if (r < 0)
		return r;
	m->bytes = arena_str(&m->arena, bytes);
	r = read_signatures(m, json_get(doc, "signatures"), err);
	if (r == 0)
		r = read_signed(m, json_get(doc, "signed"), err);
	return r == 0 ? arena_check(&m->arena, err) : r;
}

int tuf_metadata_parse(enum tuf_dialect dialect, struct str bytes, struct tuf_metadata **ret,
		       struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = calloc(1, sizeof *m);
	int r;

	if (!m)
		return err_nomem(err);
	if (bytes.n > LIMIT_TUF_METADATA_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes: more than tuf_metadata_bytes (%d)",
			       bytes.n, LIMIT_TUF_METADATA_BYTES);
	arena_init(&m->arena, LIMIT_TUF_MEMORY);
	m->dialect = dialect;
	r = read_document(m, bytes, err);
	if (r == 0)
		*ret = TAKE(m);
	return r;
}

void tuf_metadata_free(struct tuf_metadata *m)
{
	if (m)
		arena_done(&m->arena);
	free(m);
}

void tuf_metadata_freep(struct tuf_metadata **m)
{
	tuf_metadata_free(*m);
	*m = NULL;
}

/* ---- what is in it ---- */

static int key_by_id(const void *id, const void *key)
{
	return str_cmp(*(const struct str *)id, ((const struct tuf_key *)key)->id);
}

const struct tuf_key *tuf_metadata_key(const struct tuf_metadata *m, struct str id)
{
	return m->n_keys ? bsearch(&id, m->keys, m->n_keys, sizeof *m->keys, key_by_id) : NULL;
}

static int file_by_name(const void *name, const void *file)
{
	return str_cmp(*(const struct str *)name, ((const struct tuf_file *)file)->name);
}

const struct tuf_file *tuf_metadata_file(const struct tuf_metadata *m, struct str name)
{
	return m->n_files ? bsearch(&name, m->files, m->n_files, sizeof *m->files, file_by_name)
			  : NULL;
}

const struct tuf_delegation *tuf_metadata_delegation(const struct tuf_metadata *m, struct str role)
{
	for (size_t i = 0; i < m->n_delegations; i++)
		if (str_eq(m->delegations[i].name, role))
			return &m->delegations[i];
	return NULL;
}

static int check_hash(const struct digest_value *want, struct str bytes, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	char text[DIGEST_TEXT_MAX];
	struct digest_value got;
	int r = digest_init(&d, want->algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, bytes);
	digest_final(&d, &got);
	if (digest_eq(&got, want))
		return 0;
	return err_set(err, ERR_DENIED, "it is not the file that was signed for: not %.*s",
		       STR_FMT(digest_format(want, text)));
}

int tuf_file_check(const struct tuf_file *f, struct str bytes, struct err *err)
{
	int r = 0;

	if (f->has_length && bytes.n != f->length)
		return err_set(err, ERR_DENIED, "it has %zu bytes instead of %" PRIu64, bytes.n,
			       f->length);
	if (f->has_hash && f->n_hashes == 0)
		return err_set(err, ERR_DENIED, "none of its hashes is of an algorithm known here");
	for (size_t i = 0; i < f->n_hashes && r == 0; i++)
		r = check_hash(&f->hashes[i], bytes, err);
	return r;
}
