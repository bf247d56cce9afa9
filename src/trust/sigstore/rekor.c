/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/rekor.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json_writer.h"
#include "trust/sigstore/json_field.h"

#define SIGNATURE_BYTES_MAX 8192

static int take_proof(const struct json *map, struct arena *arena, struct rekor_entry *e,
		      struct err *err)
{
	static const char *const names[] = {"logIndex", "rootHash",   "treeSize",
					    "hashes",	"checkpoint", NULL};
	static const char *const checkpoint_names[] = {"envelope", NULL};
	const struct json *list, *checkpoint;
	struct str *hashes;
	int r;

	if ((r = json_field_only(map, names, "the inclusion proof", err)) < 0 ||
	    (r = json_field_int(map, "logIndex", &e->proof_index, err)) < 0 ||
	    (r = json_field_int(map, "treeSize", &e->tree_size, err)) < 0 ||
	    (r = json_field_bytes(map, "rootHash", 32, 32, arena, &e->root_hash, err)) < 0 ||
	    (r = json_field_map(map, "checkpoint", true, &checkpoint, err)) < 0 ||
	    (r = json_field_only(checkpoint, checkpoint_names, "the checkpoint", err)) < 0 ||
	    (r = json_field_text(checkpoint, "envelope", true, &e->checkpoint, err)) < 0 ||
	    (r = json_field_list(map, "hashes", MERKLE_HASHES_MAX, &list, err)) < 0)
		return r;
	hashes = arena_array(arena, json_len(list) + 1, sizeof *hashes);
	if (!hashes)
		return err_nomem(err);
	for (size_t i = 0; i < json_len(list); i++)
		if ((r = json_bytes(json_at(list, i), "hashes", 32, 32, arena, &hashes[i], err)) <
		    0)
			return r;
	e->hashes = hashes;
	e->n_hashes = json_len(list);
	e->has_proof = true;
	return 0;
}

static int take_promise(const struct json *map, struct arena *arena, struct rekor_entry *e,
			struct err *err)
{
	static const char *const names[] = {"signedEntryTimestamp", NULL};
	const struct json *promise;
	int r = json_field_map(map, "inclusionPromise", false, &promise, err);

	if (r < 0 || !promise)
		return r;
	if ((r = json_field_only(promise, names, "the promise", err)) < 0)
		return r;
	return json_field_bytes(promise, "signedEntryTimestamp", 1, SIGNATURE_BYTES_MAX, arena,
				&e->promise, err);
}

static int take_names(const struct json *map, struct arena *arena, struct rekor_entry *e,
		      struct err *err)
{
	const struct json *id, *kind;
	int r;

	if ((r = json_field_map(map, "logId", true, &id, err)) < 0 ||
	    (r = json_field_bytes(id, "keyId", 4, 64, arena, &e->log_id, err)) < 0 ||
	    (r = json_field_map(map, "kindVersion", true, &kind, err)) < 0 ||
	    (r = json_field_text(kind, "kind", true, &e->kind, err)) < 0)
		return r;
	if ((r = json_field_text(kind, "version", true, &e->version, err)) < 0)
		return r;
	/* What has no kind would be held against its body by nobody, nor by the rules of version 2.
	 */
	return e->kind.n && e->version.n ? 0 : err_set(err, ERR_FORMAT, "\"kindVersion\" is empty");
}

int rekor_entry_parse(const struct json *map, struct arena *arena, struct rekor_entry *ret,
		      struct err *err)
{
	static const char *const names[] = {
		"logIndex",	    "logId",	      "kindVersion",	   "integratedTime",
		"inclusionPromise", "inclusionProof", "canonicalizedBody", NULL};
	struct rekor_entry e = {0};
	const struct json *proof;
	int r;

	if ((r = json_field_only(map, names, "the log entry", err)) < 0 ||
	    (r = take_names(map, arena, &e, err)) < 0 ||
	    (r = json_field_int(map, "logIndex", &e.index, err)) < 0 ||
	    (r = json_field_int(map, "integratedTime", &e.integrated_time, err)) < 0 ||
	    (r = json_field_bytes(map, "canonicalizedBody", 2, REKOR_BODY_BYTES_MAX, arena, &e.body,
				  err)) < 0 ||
	    (r = take_promise(map, arena, &e, err)) < 0 ||
	    (r = json_field_map(map, "inclusionProof", false, &proof, err)) < 0 ||
	    (r = proof ? take_proof(proof, arena, &e, err) : 0) < 0)
		return r;
	*ret = e;
	return 0;
}

static int read_hex(struct str hex, struct arena *arena, struct str *ret, struct err *err)
{
	char *bytes = arena_alloc(arena, hex.n / 2 + 1);

	if (!bytes)
		return err_nomem(err);
	if (hex.n == 0 || hex.n > 128 || hex.n % 2)
		return err_set(err, ERR_FORMAT, "\"logID\" is no hexadecimal number");
	for (size_t i = 0; i < hex.n / 2; i++) {
		int high = char_hex(hex.p[2 * i]), low = char_hex(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return err_set(err, ERR_FORMAT, "\"logID\" is no hexadecimal number");
		bytes[i] = (char)(high << 4 | low);
	}
	*ret = str_make(bytes, hex.n / 2);
	return 0;
}

int rekor_annotation_parse(struct str annotation, struct arena *arena, struct rekor_entry *ret,
			   struct err *err)
{
	static const char *const names[] = {"SignedEntryTimestamp", "Payload", NULL};
	static const char *const payload_names[] = {"body", "integratedTime", "logIndex", "logID",
						    NULL};
	CLEANUP(json_freep) struct json *doc = NULL;
	struct rekor_entry e = {0};
	const struct json *payload;
	struct str id;
	int r;

	if ((r = json_parse(annotation, &doc, err)) < 0 ||
	    (r = json_field_only(doc, names, "the log's annotation", err)) < 0 ||
	    (r = json_field_map(doc, "Payload", true, &payload, err)) < 0 ||
	    (r = json_field_only(payload, payload_names, "the log's payload", err)) < 0 ||
	    (r = json_field_bytes(doc, "SignedEntryTimestamp", 1, SIGNATURE_BYTES_MAX, arena,
				  &e.promise, err)) < 0 ||
	    (r = json_field_bytes(payload, "body", 2, REKOR_BODY_BYTES_MAX, arena, &e.body, err)) <
		    0 ||
	    (r = json_field_int(payload, "integratedTime", &e.integrated_time, err)) < 0 ||
	    (r = json_field_int(payload, "logIndex", &e.index, err)) < 0 ||
	    (r = json_field_text(payload, "logID", true, &id, err)) < 0 ||
	    (r = read_hex(id, arena, &e.log_id, err)) < 0)
		return r;
	*ret = e;
	return 0;
}

/* Version 2 of a log has its own versions of entries, and no clock. */
static bool is_version_2(const struct rekor_entry *e)
{
	return (str_is(e->kind, "hashedrekord") || str_is(e->kind, "dsse")) &&
	       str_is(e->version, "0.0.2");
}

/* {"body":"..","integratedTime":1,"logID":"..","logIndex":2}: canonical, names sorted. */
static int promise_payload(const struct rekor_entry *e, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * REKOR_BODY_BYTES_MAX);
	struct json_writer w;
	int r = base64_encode(e->body, BASE64_STANDARD, &sb, err);

	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_str(&w, "body", strbuf_str(&sb));
	json_put_uint(&w, "integratedTime", (uint64_t)e->integrated_time);
	strbuf_reset(&sb);
	for (size_t i = 0; i < e->log_id.n; i++)
		strbuf_addf(&sb, "%02x", (unsigned char)e->log_id.p[i]);
	json_put_str(&w, "logID", strbuf_str(&sb));
	json_put_uint(&w, "logIndex", (uint64_t)e->index);
	json_close_map(&w);
	r = strbuf_check(&sb, err);
	return r < 0 ? r : strbuf_check(out, err);
}

static int promise_holds(const struct rekor_entry *e, const struct trusted_log *log,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * REKOR_BODY_BYTES_MAX + 1024);
	int r = promise_payload(e, &sb, err);

	if (r < 0)
		return r;
	r = public_key_verify(log->key, log->scheme, strbuf_str(&sb), e->promise, err);
	if (r < 0)
		return err_wrap(err, r, "the log's promise (signed entry timestamp)");
	if (e->integrated_time == 0)
		return err_set(err, ERR_DENIED, "the log's promise has no time");
	if (e->integrated_time < log->from || e->integrated_time > log->until)
		return err_set(err, ERR_DENIED, "the log was not trusted at the time of the entry");
	return 0;
}

static int inclusion_holds(const struct rekor_entry *e, const struct trusted_log *log,
			   struct arena *arena, struct err *err)
{
	struct merkle_proof proof = {
		.index = (uint64_t)e->proof_index,
		.size = (uint64_t)e->tree_size,
		.hashes = e->hashes,
		.n_hashes = e->n_hashes,
		.root = e->root_hash,
	};
	struct checkpoint checkpoint;
	struct digest_value leaf;
	int r;

	if ((r = checkpoint_parse(e->checkpoint, arena, &checkpoint, err)) < 0 ||
	    (r = checkpoint_verify(&checkpoint, log, is_version_2(e), err)) < 0)
		return r;
	if (checkpoint.size != proof.size || !str_eq(checkpoint.root, proof.root))
		return err_set(err, ERR_DENIED,
			       "the checkpoint of the log is of another tree than the inclusion "
			       "proof");
	if (is_version_2(e) && e->proof_index != e->index)
		return err_set(err, ERR_DENIED, "the inclusion proof is of another entry");
	if ((r = merkle_leaf(e->body, &leaf, err)) < 0)
		return r;
	return merkle_verify(&proof, &leaf, err);
}

static int verify_with(const struct rekor_entry *e, const struct trusted_log *log,
		       struct arena *arena, struct rekor_proof *ret, struct err *err)
{
	int r;

	*ret = (struct rekor_proof){.log = log};
	if (!e->has_proof && (is_version_2(e) || e->promise.n == 0))
		return err_set(err, ERR_DENIED, "the log entry has no inclusion proof");
	if (e->promise.n > 0) {
		if (is_version_2(e))
			return err_set(err, ERR_DENIED,
				       "an entry of Rekor v2 with a promise (signed entry "
				       "timestamp)");
		if ((r = promise_holds(e, log, err)) < 0)
			return r;
		ret->has_time = true;
	}
	if (e->has_proof) {
		if ((r = inclusion_holds(e, log, arena, err)) < 0)
			return r;
		ret->is_included = true;
	}
	return 0;
}

/* An id may be there several times, with another key or another span of time. */
int rekor_verify(const struct rekor_entry *entry, const struct trusted_log *logs, size_t n_logs,
		 struct arena *arena, struct rekor_proof *ret, struct err *err)
{
	struct rekor_proof proof;
	int r = err_set(err, ERR_NOT_FOUND, "the entry is of no trusted log");

	for (size_t i = 0; i < n_logs; i++) {
		if (!str_eq(logs[i].id, entry->log_id))
			continue;
		r = verify_with(entry, &logs[i], arena, &proof, err);
		if (r == 0)
			*ret = proof;
		if (r != -ERR_DENIED)
			return r;
	}
	return r;
}
