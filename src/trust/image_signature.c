/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/image_signature.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/base64.h"
#include "trust/json_members.h"

#define ANNOTATIONS_MAX 64

static int cmp_key(const void *a, const void *b)
{
	return str_cmp(((const struct artifact_annotation *)a)->key,
		       ((const struct artifact_annotation *)b)->key);
}

static int take_annotation(struct vec *list, struct str key, const struct json *value,
			   struct arena *a, struct err *err)
{
	struct artifact_annotation *slot;

	if (json_kind_of(value) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "annotations: \"%.*s\" is no string", STR_FMT(key));
	slot = vec_push(list);
	if (!slot)
		return err_set(err, ERR_FORMAT, "annotations: are more than %d", ANNOTATIONS_MAX);
	*slot = (struct artifact_annotation){arena_str(a, key), arena_str(a, json_str(value))};
	return slot->key.p && slot->value.p ? 0 : err_nomem(err);
}

static int take_annotations(const struct json *map, struct arena *a,
			    struct artifact_annotations *ret, struct err *err)
{
	CLEANUP(vec_done)
	struct vec list = VEC_INIT(struct artifact_annotation, ANNOTATIONS_MAX);
	struct artifact_annotation *copy;
	const struct json *value;
	void *iter = NULL;
	struct str key;
	int r = 0;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "annotations: is no object");
	while (r == 0 && json_each(map, &iter, &key, &value))
		r = take_annotation(&list, key, value, a, err);
	if (r < 0)
		return r;
	vec_sort(&list, cmp_key);
	copy = arena_array(a, list.n + 1, sizeof *copy);
	if (!copy)
		return err_nomem(err);
	if (list.n)
		memcpy(copy, list.p, list.n * sizeof *copy);
	*ret = (struct artifact_annotations){copy, list.n};
	return 0;
}

static int take_payload(const struct json *doc, struct arena *a, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SIGNATURE_BYTES);
	struct str base64;
	int r = json_members_text(doc, "signature", "payload", false, &base64, err);

	if (r == 0)
		r = base64_decode(base64, BASE64_STANDARD, &sb, err);
	if (r < 0)
		return r;
	*ret = arena_str(a, strbuf_str(&sb));
	return ret->p ? 0 : err_nomem(err);
}

static int parse_sigstore(struct str json, struct arena *a, struct image_signature *ret,
			  struct err *err)
{
	static const char *const must[] = {"mimeType", "payload", "annotations", NULL};
	CLEANUP(json_freep) struct json *doc = NULL;
	struct str type;
	int r = json_parse(json, &doc, err);

	if (r == 0)
		r = json_members_check(doc, "signature", must, NULL, err);
	if (r == 0)
		r = json_members_text(doc, "signature", "mimeType", false, &type, err);
	if (r == 0)
		r = take_payload(doc, a, &ret->payload, err);
	if (r == 0)
		r = take_annotations(json_get(doc, "annotations"), a, &ret->annotations, err);
	if (r < 0)
		return r;
	ret->kind = IMAGE_SIGNATURE_SIGSTORE;
	ret->media_type = arena_str(a, type);
	return ret->media_type.p ? 0 : err_nomem(err);
}

static int parse_named(struct str rest, struct arena *a, struct image_signature *ret,
		       struct err *err)
{
	struct str name, body;

	if (!str_cut(str_skip(rest, 1), '\n', &name, &body))
		return err_set(err, ERR_FORMAT, "its form is not said");
	if (str_is(name, "sigstore-json"))
		return parse_sigstore(body, a, ret, err);
	if (!str_is(name, "simple-signing"))
		return err_set(err, ERR_UNSUPPORTED, "is of the form \"%.*s\", which is not known",
			       STR_FMT(str_sub(name, 0, 64)));
	ret->kind = IMAGE_SIGNATURE_GPG;
	ret->payload = body;
	return 0;
}

int image_signature_parse(struct str bytes, struct str where, struct arena *a,
			  struct image_signature *ret, struct err *err)
{
	struct image_signature s = {.where = where};
	int r = 0;

	if (bytes.n == 0)
		return err_set(err, ERR_FORMAT, "is empty");
	if (bytes.n > LIMIT_SIGNATURE_BYTES)
		return err_set(err, ERR_LIMIT, "has more than %d bytes (limit signature_bytes)",
			       LIMIT_SIGNATURE_BYTES);
	if (bytes.p[0] & 0x80)
		s.payload = bytes;
	else if (bytes.p[0] == '\0')
		r = parse_named(bytes, a, &s, err);
	else
		r = err_set(err, ERR_UNSUPPORTED,
			    "is no OpenPGP message in binary form and no other signature that is "
			    "known");
	if (r < 0)
		return r;
	*ret = s;
	return 0;
}
