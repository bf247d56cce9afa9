/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/payload.h"

#include "base/cleanup.h"
#include "codec/json.h"
#include "codec/json_writer.h"

static int check_members(const struct json *map, const char *const *known, struct err *err)
{
	struct str key;
	const struct json *value;

	for (void *iter = NULL; json_each(map, &iter, &key, &value);) {
		const char *const *k = known;

		while (*k && !str_is(key, *k))
			k++;
		if (!*k)
			return err_set(err, ERR_FORMAT, "payload: \"%.*s\" is not known",
				       STR_FMT(key));
	}
	return 0;
}

static int read_annotations(const struct json *map, struct arena *arena, struct notation_payload *p,
			    struct err *err)
{
	struct str key;
	const struct json *value;

	if (!map)
		return 0;
	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "payload: \"annotations\" is not an object");
	if (json_len(map) > NOTATION_METADATA_MAX)
		return err_set(err, ERR_LIMIT, "payload: more than %d annotations",
			       NOTATION_METADATA_MAX);
	p->annotations = arena_array(arena, json_len(map) + 1, sizeof *p->annotations);
	for (void *iter = NULL; p->annotations && json_each(map, &iter, &key, &value);) {
		if (json_kind_of(value) != JSON_KIND_TEXT)
			return err_set(err, ERR_FORMAT,
				       "payload: the annotation \"%.*s\" is no text", STR_FMT(key));
		p->annotations[p->n++] = (struct notation_pair){arena_str(arena, key),
								arena_str(arena, json_str(value))};
	}
	return arena_check(arena, err);
}

static int read_descriptor(const struct json *map, struct arena *arena, struct notation_payload *p,
			   struct err *err)
{
	static const char *const known[] = {"mediaType",   "digest",	   "size",
					    "annotations", "artifactType", "urls",
					    "data",	   "platform",	   NULL};
	struct digest_value digest;
	int64_t size;
	int r;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "payload: \"targetArtifact\" is missing");
	if ((r = check_members(map, known, err)) < 0)
		return r;
	p->media_type = arena_str(arena, json_get_str(map, "mediaType"));
	p->digest = arena_str(arena, json_get_str(map, "digest"));
	if (!p->media_type.n)
		return err_set(err, ERR_FORMAT, "payload: \"mediaType\" is missing");
	if (!json_get_int(map, "size", &size) || size < 0)
		return err_set(err, ERR_FORMAT, "payload: \"size\" is missing");
	p->size = (uint64_t)size;
	if ((r = digest_parse(p->digest, &digest, err)) < 0)
		return err_wrap(err, r, "payload: \"digest\"");
	return read_annotations(json_get(map, "annotations"), arena, p, err);
}

int notation_payload_parse(struct str json, struct arena *arena, struct notation_payload *ret,
			   struct err *err)
{
	static const char *const known[] = {"targetArtifact", NULL};
	CLEANUP(json_freep) struct json *doc = NULL;
	struct notation_payload p = {0};
	int r = json_parse(json, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "payload");
	if ((r = check_members(doc, known, err)) < 0 ||
	    (r = read_descriptor(json_get(doc, "targetArtifact"), arena, &p, err)) < 0)
		return r;
	*ret = p;
	return 0;
}

static int check_blob(const struct notation_payload *p, const struct notation_target *target,
		      enum digest_algorithm algorithm, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value want, got;
	char text[DIGEST_TEXT_MAX];
	int r;

	if ((r = digest_parse(p->digest, &want, err)) < 0 ||
	    (r = digest_init(&d, algorithm, err)) < 0)
		return r;
	if (want.algorithm != algorithm)
		return err_set(err, ERR_DENIED,
			       "the digest of the blob is not by the algorithm of the signature");
	digest_update(&d, target->blob);
	digest_final(&d, &got);
	if (!digest_eq(&want, &got))
		return err_set(err, ERR_DENIED, "it is of %.*s, and this is %.*s",
			       STR_FMT(p->digest), STR_FMT(digest_format(&got, text)));
	return 0;
}

int notation_payload_check(const struct notation_payload *p, const struct notation_target *target,
			   enum digest_algorithm algorithm, struct err *err)
{
	uint64_t size = target->is_blob ? target->blob.n : target->size;
	int r = target->is_blob ? check_blob(p, target, algorithm, err) : 0;

	if (r < 0)
		return r;
	if (!target->is_blob && !str_eq(p->digest, target->digest))
		return err_set(err, ERR_DENIED, "it is of %.*s, and this is %.*s",
			       STR_FMT(p->digest), STR_FMT(target->digest));
	if (size != NOTATION_SIZE_UNKNOWN && p->size != size)
		return err_set(err, ERR_DENIED, "it is of %llu bytes, and this has %llu",
			       (unsigned long long)p->size, (unsigned long long)size);
	if (target->media_type.n && !str_eq(p->media_type, target->media_type))
		return err_set(err, ERR_DENIED, "it is of the type \"%.*s\", and this is \"%.*s\"",
			       STR_FMT(p->media_type), STR_FMT(target->media_type));
	return 0;
}

static bool has_pair(const struct notation_payload *p, const struct notation_pair *pair)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->annotations[i].key, pair->key))
			return str_eq(p->annotations[i].value, pair->value);
	return false;
}

int notation_payload_check_metadata(const struct notation_payload *p,
				    const struct notation_target *target, struct err *err)
{
	for (size_t i = 0; i < target->n_metadata; i++)
		if (!has_pair(p, &target->metadata[i]))
			return err_set(err, ERR_DENIED, "it does not say %.*s=%.*s",
				       STR_FMT(target->metadata[i].key),
				       STR_FMT(target->metadata[i].value));
	return 0;
}

int notation_payload_write(const struct notation_target *target, struct strbuf *out,
			   struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_key(&w, "targetArtifact");
	json_open_map(&w);
	if (target->n_metadata) {
		json_key(&w, "annotations");
		json_open_map(&w);
		for (size_t i = 0; i < target->n_metadata; i++) {
			json_key_str(&w, target->metadata[i].key);
			json_add_str(&w, target->metadata[i].value);
		}
		json_close_map(&w);
	}
	json_put_str(&w, "digest", target->digest);
	json_put_str(&w, "mediaType", target->media_type);
	json_put_uint(&w, "size", target->size);
	json_close_map(&w);
	json_close_map(&w);
	return strbuf_check(out, err);
}
