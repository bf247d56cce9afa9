/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/fallback_index.h"

#include "base/limits.h"
#include "codec/json_copy.h"
#include "image/oci_form.h"

#define TYPE_INDEX "application/vnd.oci.image.index.v1+json"
#define REF_NAME   "org.opencontainers.image.ref.name"

static void write_annotations(struct json_writer *w, const struct artifact_annotations *notes,
			      struct str ref_name)
{
	if (notes->n == 0 && ref_name.n == 0)
		return;
	json_key(w, "annotations");
	json_open_map(w);
	for (size_t i = 0; i < notes->n; i++)
		if (ref_name.n == 0 || !str_is(notes->p[i].key, REF_NAME)) {
			json_key_str(w, notes->p[i].key);
			json_add_str(w, notes->p[i].value);
		}
	if (ref_name.n) {
		json_key(w, REF_NAME);
		json_add_str(w, ref_name);
	}
	json_close_map(w);
}

void artifact_write(struct json_writer *w, const struct artifact *d, struct str ref_name)
{
	json_open_map(w);
	json_put_str(w, "mediaType", d->media_type);
	json_put_str(w, "digest", d->digest);
	json_put_uint(w, "size", d->size);
	json_put_opt(w, "artifactType", d->artifact_type);
	if (d->os.n || d->arch.n) {
		json_key(w, "platform");
		json_open_map(w);
		json_put_str(w, "architecture", d->arch);
		json_put_str(w, "os", d->os);
		json_put_opt(w, "variant", d->variant);
		json_close_map(w);
	}
	write_annotations(w, &d->annotations, ref_name);
	json_close_map(w);
}

/* 0 also when there is none yet. */
static int read_old(struct artifact_store *s, struct str tag, struct json **ret, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	struct err error = {0};
	int r = artifact_store_manifest(s, tag, &m, &error);

	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r == 0)
		r = json_parse(strbuf_str(&m.bytes), ret, &error);
	if (r == 0)
		r = oci_form_check(OCI_INDEX, *ret, &error);
	if (r < 0 && err)
		*err = error;
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(tag)) : 0;
}

static void write_entries(struct json_writer *w, const struct json *old, const struct artifact *d)
{
	const struct json *entries = json_get(old, "manifests");

	json_open_list(w);
	for (size_t i = 0; i < json_len(entries); i++)
		json_add_copy(w, json_at(entries, i));
	artifact_write(w, d, STR_NULL);
	json_close_list(w);
}

static int write_new(const struct json *old, const struct artifact *d, struct strbuf *sb,
		     struct err *err)
{
	struct json_writer w;
	const struct json *member;
	struct str key;
	void *at = NULL;

	json_writer_init(&w, sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_uint(&w, "schemaVersion", 2);
	json_put_text(&w, "mediaType", TYPE_INDEX);
	json_key(&w, "manifests");
	write_entries(&w, old, d);
	while (json_each(old, &at, &key, &member))
		if (!str_is(key, "schemaVersion") && !str_is(key, "mediaType") &&
		    !str_is(key, "manifests")) {
			json_key_str(&w, key);
			json_add_copy(&w, member);
		}
	json_close_map(&w);
	return strbuf_check(sb, err);
}

static bool has_entry(const struct json *index, struct str digest)
{
	const struct json *entries = json_get(index, "manifests");

	for (size_t i = 0; i < json_len(entries); i++)
		if (str_eq(json_get_str(json_at(entries, i), "digest"), digest))
			return true;
	return false;
}

static int put_index(struct artifact_store *s, struct str bytes, struct str tag, struct err *err)
{
	struct artifact index = {.media_type = STR(TYPE_INDEX), .size = bytes.n};
	struct digest_value value;
	char digest[DIGEST_TEXT_MAX];
	bool listed;
	int r = digest_of(bytes, &value, err);

	if (r < 0)
		return r;
	index.digest = digest_format(&value, digest);
	return s->ops->put_manifest(s, &index, bytes, tag, false, &listed, err);
}

int fallback_index_add(struct artifact_store *s, struct str subject, const struct artifact *d,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *old = NULL;
	char buf[ARTIFACT_TAG_MAX];
	struct str tag = artifact_digest_tag(subject, "", buf);
	int r;

	if (!tag.n)
		return err_set(err, ERR_FORMAT, "its subject has no digest");
	r = read_old(s, tag, &old, err);
	if (r < 0 || has_entry(old, d->digest))
		return r;
	if (json_len(json_get(old, "manifests")) >= LIMIT_REFERRERS)
		return err_set(err, ERR_LIMIT, "%.*s: more than referrers (%d) entries",
			       STR_FMT(tag), LIMIT_REFERRERS);
	r = write_new(old, d, &sb, err);
	return r < 0 ? r : put_index(s, strbuf_str(&sb), tag, err);
}
