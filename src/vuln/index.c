/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     { "payloadType": "application/vnd.plimsoll.database-index+json",
 *       "payload": "<base64 of the JSON below>",
 *       "signatures": [ { "keyid": "<base64 of the public key>", "sig": "<base64>" } ] }
 *
 *     { "format": 1, "version": 1769472000, "built": "2026-01-27T00:00:00Z",
 *       "feeds": [ { "id": "kev", "title": "..", "licence": "CC0-1.0", "url": "..",
 *                    "date": "2026-01-27T00:00:00Z", "records": 1500 } ],
 *       "shards": [ { "name": "debian-12", "file": "shards/debian-12-ab12...db",
 *                     "digest": "sha256:..", "size": 4096, "packages": 1, "advisories": 1,
 *                     "rows": 1, "withdrawn": 0,
 *                     "feeds": [ { "id": "osv", "date": "..", "records": 1 } ] } ] }
 *
 * What is signed is "DSSEv1 <bytes of the type> <type> <bytes of the payload> <payload>".
 */
#include "vuln/index.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "vuln/ecosystem.h"

#define PAYLOAD_TYPE "application/vnd.plimsoll.database-index+json"
#define INDEX_BYTES  ((size_t)LIMIT_JSON_BYTES)

/* ---- writing ---- */

static void add_feed(struct json_writer *w, const struct index_feed *f)
{
	json_open_map(w);
	json_put_str(w, "id", f->id);
	json_put_opt(w, "title", f->title);
	json_put_opt(w, "licence", f->licence);
	json_put_opt(w, "url", f->url);
	json_put_opt(w, "date", f->date);
	json_put_uint(w, "records", f->n_records);
	json_close_map(w);
}

static void add_feeds(struct json_writer *w, const struct index_feed *feeds, size_t n)
{
	json_key(w, "feeds");
	json_open_list(w);
	for (size_t i = 0; i < n; i++)
		add_feed(w, &feeds[i]);
	json_close_list(w);
}

static void add_shard(struct json_writer *w, const struct index_shard *s)
{
	json_open_map(w);
	json_put_str(w, "name", s->name);
	json_put_str(w, "file", s->file);
	json_put_str(w, "digest", s->digest);
	json_put_uint(w, "size", s->size);
	json_put_uint(w, "packages", s->n_packages);
	json_put_uint(w, "advisories", s->n_advisories);
	json_put_uint(w, "rows", s->n_rows);
	json_put_uint(w, "withdrawn", s->n_withdrawn);
	add_feeds(w, s->feeds, s->n_feeds);
	json_close_map(w);
}

void index_write_payload(const struct index *index, struct strbuf *sb)
{
	struct json_writer w;

	json_writer_init(&w, sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "format", INDEX_FORMAT);
	json_put_uint(&w, "version", index->version);
	json_put_str(&w, "built", index->built);
	add_feeds(&w, index->feeds, index->n_feeds);
	json_key(&w, "shards");
	json_open_list(&w);
	for (size_t i = 0; i < index->n_shards; i++)
		add_shard(&w, &index->shards[i]);
	json_close_list(&w);
	json_close_map(&w);
}

static void add_signed_bytes(struct strbuf *sb, struct str payload)
{
	strbuf_addf(sb, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, payload.n);
	strbuf_add(sb, payload);
}

static int put_base64(struct json_writer *w, const char *key, struct str bytes, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(INDEX_BYTES);
	int r = base64_encode(bytes, BASE64_STANDARD, &text, err);

	if (r == 0)
		json_put_str(w, key, strbuf_str(&text));
	return r;
}

static int write_envelope(struct strbuf *sb, struct str payload, const struct ed25519_key *key,
			  struct str signature, struct err *err)
{
	struct json_writer w;
	int r;

	json_writer_init(&w, sb, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "payloadType", PAYLOAD_TYPE);
	r = put_base64(&w, "payload", payload, err);
	json_key(&w, "signatures");
	json_open_list(&w);
	json_open_map(&w);
	if (r == 0)
		r = put_base64(&w, "keyid", str_make(key->public_half, ED25519_KEY_BYTES), err);
	if (r == 0)
		r = put_base64(&w, "sig", signature, err);
	json_close_map(&w);
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(sb, '\n');
	return r < 0 ? r : strbuf_check(sb, err);
}

int index_write(const struct index *index, const struct ed25519_key *key, struct strbuf *sb,
		struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf payload = STRBUF_INIT(INDEX_BYTES);
	CLEANUP(strbuf_done) struct strbuf message = STRBUF_INIT(INDEX_BYTES + 256);
	unsigned char signature[ED25519_SIGNATURE_BYTES];
	int r;

	index_write_payload(index, &payload);
	add_signed_bytes(&message, strbuf_str(&payload));
	if (strbuf_check(&message, err) < 0 || strbuf_check(&payload, err) < 0)
		return -ERR_LIMIT;
	r = ed25519_sign(key, strbuf_str(&message), signature, err);
	if (r < 0)
		return r;
	return write_envelope(sb, strbuf_str(&payload), key, str_make(signature, sizeof signature),
			      err);
}

/* ---- reading ---- */

static const struct json *signature_of(const struct json *envelope)
{
	return json_at(json_get(envelope, "signatures"), 0);
}

static int key_of(const struct json *envelope, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(1024);
	struct str text = json_get_str(signature_of(envelope), "keyid");

	if (text.n == 0 || base64_decode(text, BASE64_STANDARD, &bytes, NULL) < 0 ||
	    bytes.n != ED25519_KEY_BYTES)
		return err_set(err, ERR_FORMAT, "index: no public key in \"keyid\"");
	*ret = (struct ed25519_key){0};
	memcpy(ret->public_half, bytes.p, ED25519_KEY_BYTES);
	return 0;
}

static int parse_envelope(struct str bytes, struct json **ret, struct err *err)
{
	int r = json_parse(bytes, ret, err);

	if (r < 0)
		return err_wrap(err, r, "index");
	if (!str_is(json_get_str(*ret, "payloadType"), PAYLOAD_TYPE))
		return err_set(err, ERR_FORMAT, "index: not of type " PAYLOAD_TYPE);
	return 0;
}

int index_peek_key(struct str bytes, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *envelope = NULL;
	int r = parse_envelope(bytes, &envelope, err);

	return r < 0 ? r : key_of(envelope, ret, err);
}

static int verify(const struct json *envelope, struct str payload, const struct ed25519_key *key,
		  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf signature = STRBUF_INIT(1024);
	CLEANUP(strbuf_done) struct strbuf message = STRBUF_INIT(INDEX_BYTES + 256);
	struct str text = json_get_str(signature_of(envelope), "sig");
	struct ed25519_key said;
	int r = key_of(envelope, &said, err);

	if (r < 0)
		return r;
	if (!ed25519_same(&said, key))
		return err_set(err, ERR_DENIED, "index: signed with another key than is trusted");
	if (text.n == 0 || base64_decode(text, BASE64_STANDARD, &signature, NULL) < 0)
		return err_set(err, ERR_FORMAT, "index: no signature in \"sig\"");
	add_signed_bytes(&message, payload);
	r = strbuf_check(&message, err);
	if (r == 0)
		r = ed25519_verify(key, strbuf_str(&message), strbuf_str(&signature), err);
	return r < 0 ? err_wrap(err, r, "index") : 0;
}

/* Copies texts and counts what is missing, so that one check at the end is enough. */
struct reader {
	struct arena *arena;
	bool nomem;
};

static struct str copy(struct reader *rd, const struct json *map, const char *key)
{
	struct str s = arena_str(rd->arena, json_get_str(map, key));

	rd->nomem |= !s.p;
	return s;
}

static uint64_t number(const struct json *map, const char *key)
{
	int64_t v = 0;

	return json_get_int(map, key, &v) && v > 0 ? (uint64_t)v : 0;
}

static void *array(struct reader *rd, const struct json *list, size_t size)
{
	void *p = arena_array(rd->arena, json_len(list), size);

	rd->nomem |= !p && json_len(list);
	return p;
}

static void read_feeds(struct reader *rd, const struct json *list, struct index_feed **ret,
		       size_t *ret_n)
{
	struct index_feed *feeds = array(rd, list, sizeof *feeds);

	*ret = feeds;
	*ret_n = feeds ? json_len(list) : 0;
	for (size_t i = 0; i < *ret_n; i++) {
		const struct json *f = json_at(list, i);

		feeds[i] = (struct index_feed){
			.id = copy(rd, f, "id"),
			.date = copy(rd, f, "date"),
			.n_records = number(f, "records"),
			.title = copy(rd, f, "title"),
			.licence = copy(rd, f, "licence"),
			.url = copy(rd, f, "url"),
		};
	}
}

/* A file's name comes from an index that may be a stranger's: it leads nowhere else. */
static bool is_plain_file(struct str file)
{
	return str_pull_prefix(&file, STR("shards/")) && ecosystem_is_shard(file);
}

static int read_shard(struct reader *rd, const struct json *in, struct index_shard *s,
		      struct err *err)
{
	struct digest_value digest;

	*s = (struct index_shard){
		.name = copy(rd, in, "name"),
		.file = copy(rd, in, "file"),
		.digest = copy(rd, in, "digest"),
		.size = number(in, "size"),
		.n_packages = number(in, "packages"),
		.n_advisories = number(in, "advisories"),
		.n_rows = number(in, "rows"),
		.n_withdrawn = number(in, "withdrawn"),
	};
	read_feeds(rd, json_get(in, "feeds"), &s->feeds, &s->n_feeds);
	if (!ecosystem_is_shard(s->name) || !is_plain_file(s->file))
		return err_set(err, ERR_FORMAT, "index: shard with a bad name or file");
	if (digest_parse(s->digest, &digest, NULL) < 0 || digest.algorithm != DIGEST_SHA256)
		return err_set(err, ERR_FORMAT, "index: shard %.*s without a sha256 digest",
			       STR_FMT(s->name));
	return 0;
}

static int read_shards(struct reader *rd, const struct json *list, struct index *ret,
		       struct err *err)
{
	struct index_shard *shards = array(rd, list, sizeof *shards);
	int r = 0;

	ret->shards = shards;
	ret->n_shards = shards ? json_len(list) : 0;
	for (size_t i = 0; i < ret->n_shards && r == 0; i++) {
		r = read_shard(rd, json_at(list, i), &shards[i], err);
		if (r == 0 && i && str_cmp(shards[i - 1].name, shards[i].name) >= 0)
			r = err_set(err, ERR_FORMAT, "index: shards are not sorted");
	}
	return r;
}

int index_parse_payload(struct str payload, struct arena *arena, struct index *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct reader rd = {.arena = arena};
	struct index index = {0};
	int r = json_parse(payload, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "index");
	if (number(doc, "format") != INDEX_FORMAT)
		return err_set(err, ERR_UNSUPPORTED, "index: format %llu, this reads %d",
			       (unsigned long long)number(doc, "format"), INDEX_FORMAT);
	index.version = number(doc, "version");
	index.built = copy(&rd, doc, "built");
	read_feeds(&rd, json_get(doc, "feeds"), &index.feeds, &index.n_feeds);
	r = read_shards(&rd, json_get(doc, "shards"), &index, err);
	if (r == 0 && rd.nomem)
		r = err_nomem(err);
	if (r == 0)
		*ret = index;
	return r;
}

int index_read(struct str bytes, const struct ed25519_key *key, struct arena *arena,
	       struct index *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *envelope = NULL;
	CLEANUP(strbuf_done) struct strbuf payload = STRBUF_INIT(INDEX_BYTES);
	int r = parse_envelope(bytes, &envelope, err);

	if (r < 0)
		return r;
	r = base64_decode(json_get_str(envelope, "payload"), BASE64_STANDARD, &payload, err);
	if (r < 0)
		return err_wrap(err, r, "index: payload");
	r = verify(envelope, strbuf_str(&payload), key, err);
	return r < 0 ? r : index_parse_payload(strbuf_str(&payload), arena, ret, err);
}

const struct index_shard *index_shard_find(const struct index *index, struct str name)
{
	size_t low = 0, high = index->n_shards;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int r = str_cmp(index->shards[middle].name, name);

		if (r == 0)
			return &index->shards[middle];
		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct index_feed *index_feed_find(const struct index *index, struct str id)
{
	for (size_t i = 0; i < index->n_feeds; i++)
		if (str_eq(index->feeds[i].id, id))
			return &index->feeds[i];
	return NULL;
}
