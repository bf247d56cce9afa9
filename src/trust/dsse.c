/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dsse.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json_writer.h"

#define SIGNATURE_BYTES_MAX 8192

/* A member that must be there as base64 of at least one byte. */
static int get_bytes(const struct json *map, const char *name, size_t max, struct arena *arena,
		     struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(max);
	const struct json *v = json_get(map, name);
	struct str text = json_str(v);

	if (json_kind_of(v) != JSON_KIND_TEXT || text.n == 0)
		return err_set(err, ERR_FORMAT, "the envelope has no \"%s\"", name);
	if (base64_decode(text, BASE64_STANDARD, &sb, NULL) < 0) {
		strbuf_done(&sb);
		sb = (struct strbuf)STRBUF_INIT(max);
		if (base64_decode(text, BASE64_URL, &sb, NULL) < 0)
			return err_set(err, ERR_FORMAT, "\"%s\" of the envelope is no base64",
				       name);
	}
	*ret = arena_str(arena, strbuf_str(&sb));
	return arena_check(arena, err);
}

static int add_signature(const struct json *map, struct arena *arena, struct dsse *ret,
			 struct err *err)
{
	struct dsse_signature *s;
	int r;

	if (ret->n_signatures == DSSE_SIGNATURES_MAX)
		return err_set(err, ERR_LIMIT, "an envelope with more than %d signatures",
			       DSSE_SIGNATURES_MAX);
	s = &ret->signatures[ret->n_signatures++];
	r = get_bytes(map, "sig", SIGNATURE_BYTES_MAX, arena, &s->sig, err);
	if (r < 0)
		return err_wrap(err, r, "signature %zu", ret->n_signatures);
	s->keyid = arena_str(arena, json_get_str(map, "keyid"));
	return arena_check(arena, err);
}

int dsse_of_json(const struct json *map, struct arena *arena, struct dsse *ret, struct err *err)
{
	const struct json *type = json_get(map, "payloadType");
	const struct json *signatures = json_get(map, "signatures");
	struct dsse envelope = {0};
	int r;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "no DSSE envelope: not a JSON object");
	if (json_kind_of(type) != JSON_KIND_TEXT || json_str(type).n == 0)
		return err_set(err, ERR_FORMAT, "the envelope has no \"payloadType\"");
	if (json_kind_of(signatures) != JSON_KIND_LIST || json_len(signatures) == 0)
		return err_set(err, ERR_FORMAT, "the envelope has no \"signatures\"");
	envelope.payload_type = arena_str(arena, json_str(type));
	r = get_bytes(map, "payload", LIMIT_JSON_BYTES, arena, &envelope.payload, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < json_len(signatures); i++)
		if ((r = add_signature(json_at(signatures, i), arena, &envelope, err)) < 0)
			return r;
	if ((r = arena_check(arena, err)) < 0)
		return r;
	*ret = envelope;
	return 0;
}

int dsse_parse(struct str bytes, struct arena *arena, struct dsse *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	return r < 0 ? err_wrap(err, r, "the envelope") : dsse_of_json(doc, arena, ret, err);
}

int dsse_pae(struct str payload_type, struct str payload, struct strbuf *out, struct err *err)
{
	strbuf_addf(out, "DSSEv1 %zu ", payload_type.n);
	strbuf_add(out, payload_type);
	strbuf_addf(out, " %zu ", payload.n);
	strbuf_add(out, payload);
	return strbuf_check(out, err);
}

int dsse_verify(const struct dsse *envelope, const struct public_key *key,
		enum signature_scheme scheme, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pae = STRBUF_INIT(LIMIT_JSON_BYTES + 4096);
	int r = dsse_pae(envelope->payload_type, envelope->payload, &pae, err);

	if (r < 0)
		return r;
	r = err_set(err, ERR_DENIED, "the envelope has no signature");
	for (size_t i = 0; i < envelope->n_signatures; i++) {
		r = public_key_verify(key, scheme, strbuf_str(&pae), envelope->signatures[i].sig,
				      err);
		if (r != -ERR_DENIED)
			return r;
	}
	return r;
}

static void put_base64(struct json_writer *w, const char *name, struct str bytes, struct strbuf *sb)
{
	strbuf_reset(sb);
	(void)base64_encode(bytes, BASE64_STANDARD, sb, NULL); /* the caller checks the buffer */
	json_put_str(w, name, strbuf_str(sb));
}

int dsse_write(struct str payload_type, struct str payload, struct str keyid, struct str sig,
	       struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * (size_t)LIMIT_JSON_BYTES);
	struct json_writer w;
	int r;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_str(&w, "payloadType", payload_type);
	put_base64(&w, "payload", payload, &sb);
	json_key(&w, "signatures");
	json_open_list(&w);
	json_open_map(&w);
	json_put_opt(&w, "keyid", keyid);
	put_base64(&w, "sig", sig, &sb);
	json_close_map(&w);
	json_close_list(&w);
	json_close_map(&w);
	r = strbuf_check(&sb, err);
	return r < 0 ? r : strbuf_check(out, err);
}
