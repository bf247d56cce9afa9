/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attach.h"

#include "base/limits.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "trust/fallback_index.h"

#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define TYPE_EMPTY    "application/vnd.oci.empty.v1+json"
#define CREATED	      "org.opencontainers.image.created"
#define TITLE	      "org.opencontainers.image.title"

/* ---- SBOMs ---- */

static struct str json_sbom_type(struct str bytes)
{
	CLEANUP(json_freep) struct json *doc = NULL;

	if (json_parse(bytes, &doc, NULL) < 0)
		return STR_NULL;
	if (str_is(json_get_str(doc, "bomFormat"), "CycloneDX"))
		return STR("application/vnd.cyclonedx+json");
	if (json_get_str(doc, "spdxVersion").n)
		return STR("application/spdx+json");
	return STR_NULL;
}

struct str attach_sbom_type(struct str bytes)
{
	struct str head = str_trim(str_sub(bytes, 0, 4096));

	if (str_has_prefix(head, STR("{")))
		return json_sbom_type(bytes);
	if (str_has_prefix(head, STR("SPDXVersion:")))
		return STR("text/spdx");
	if (str_has_prefix(head, STR("<")) &&
	    str_find(head, STR("http://cyclonedx.org/schema/bom")) < head.n)
		return STR("application/vnd.cyclonedx+xml");
	return STR_NULL;
}

/* ---- the manifest ---- */

static void put_annotation(struct json_writer *w, struct str key, struct str value)
{
	if (!value.n)
		return;
	json_key_str(w, key);
	json_add_str(w, value);
}

static bool is_given(const struct attach_request *q, const char *key)
{
	for (size_t i = 0; i < q->annotations.n; i++)
		if (str_is(q->annotations.p[i].key, key))
			return true;
	return false;
}

static void write_annotations(struct json_writer *w, const struct attach_request *q)
{
	bool own_time = q->created.n && !is_given(q, CREATED);

	if (!own_time && q->annotations.n == 0)
		return;
	json_key(w, "annotations");
	json_open_map(w);
	if (own_time)
		put_annotation(w, STR(CREATED), q->created);
	for (size_t i = 0; i < q->annotations.n; i++)
		put_annotation(w, q->annotations.p[i].key, q->annotations.p[i].value);
	json_close_map(w);
}

static int write_manifest(const struct attach_request *q, const struct artifact *config,
			  const struct artifact *layer, const struct artifact *subject,
			  struct strbuf *sb, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", TYPE_MANIFEST);
	json_put_str(&w, "artifactType", q->artifact_type.n ? q->artifact_type : q->media_type);
	json_key(&w, "config");
	artifact_write(&w, config, STR_NULL);
	json_key(&w, "layers");
	json_open_list(&w);
	artifact_write(&w, layer, STR_NULL);
	json_close_list(&w);
	json_key(&w, "subject");
	artifact_write(&w, subject, STR_NULL);
	write_annotations(&w, q);
	json_close_map(&w);
	return strbuf_check(sb, err);
}

static int put_all(struct artifact_store *s, const struct artifact *subject,
		   const struct attach_request *q, struct arena *a,
		   char ret_digest[DIGEST_TEXT_MAX], struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct artifact_annotation title = {STR(TITLE), q->title};
	struct artifact config = {.media_type = STR(TYPE_EMPTY)};
	struct artifact layer = {.media_type = q->media_type,
				 .annotations = {&title, q->title.n ? 1 : 0}};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST)};
	int r = artifact_store_put_bytes(s, STR("{}"), a, &config, err);

	if (r == 0)
		r = artifact_store_put_bytes(s, q->bytes, a, &layer, err);
	if (r == 0)
		r = write_manifest(q, &config, &layer, subject, &sb, err);
	put.bytes = strbuf_str(&sb);
	return r < 0 ? r : artifact_store_put_manifest(s, &put, ret_digest, err);
}

int attach_bytes(struct artifact_store *s, const struct registry_manifest *subject,
		 const struct attach_request *request, char ret_digest[DIGEST_TEXT_MAX],
		 struct err *err)
{
	struct artifact about = {.media_type = str_of(subject->media_type),
				 .digest = str_of(subject->digest),
				 .size = subject->bytes.n};
	struct arena arena;
	int r;

	arena_init(&arena, LIMIT_FIELD_BYTES);
	r = put_all(s, &about, request, &arena, ret_digest, err);
	arena_done(&arena);
	return r;
}
