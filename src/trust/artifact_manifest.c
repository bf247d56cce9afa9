/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/artifact_manifest.h"

#include "base/limits.h"
#include "codec/json.h"
#include "image/manifest.h"
#include "image/oci_form.h"

/* A copy in the arena, which remembers when it had no room. */
static struct str copy(struct arena *a, struct str s)
{
	return s.n ? arena_str(a, s) : STR_NULL;
}

static int compare_keys(const void *a, const void *b)
{
	const struct artifact_annotation *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static int read_annotations(const struct json *map, struct arena *a,
			    struct artifact_annotations *ret, struct err *err)
{
	struct artifact_annotation *p = arena_array(a, json_len(map) + 1, sizeof *p);
	const struct json *value;
	struct str key;
	void *at = NULL;
	size_t n = 0;

	if (!p)
		return err_nomem(err);
	while (json_each(map, &at, &key, &value))
		p[n++] = (struct artifact_annotation){copy(a, key), copy(a, json_str(value))};
	qsort(p, n, sizeof *p, compare_keys);
	*ret = (struct artifact_annotations){p, n};
	return 0;
}

static int read_descriptor(const struct json *v, struct arena *a, struct artifact *ret,
			   struct err *err)
{
	const struct json *platform = json_get(v, "platform");
	int64_t size = 0;

	(void)json_get_int(v, "size", &size); /* its form was checked before */
	*ret = (struct artifact){
		.media_type = copy(a, json_get_str(v, "mediaType")),
		.digest = copy(a, json_get_str(v, "digest")),
		.artifact_type = copy(a, json_get_str(v, "artifactType")),
		.os = copy(a, json_get_str(platform, "os")),
		.arch = copy(a, json_get_str(platform, "architecture")),
		.variant = copy(a, json_get_str(platform, "variant")),
		.size = (uint64_t)size,
	};
	return read_annotations(json_get(v, "annotations"), a, &ret->annotations, err);
}

static int read_descriptors(const struct json *list, size_t max, const char *limit, struct arena *a,
			    struct artifact **ret, size_t *ret_n, struct err *err)
{
	size_t n = json_len(list);

	if (n > max)
		return err_set(err, ERR_LIMIT, "%zu entries: more than %s (%zu)", n, limit, max);
	*ret = arena_array(a, n + 1, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		int r = read_descriptor(json_at(list, i), a, &(*ret)[i], err);

		if (r < 0)
			return r;
	}
	*ret_n = n;
	return 0;
}

static bool is_index(const struct json *doc)
{
	struct str type = json_get_str(doc, "mediaType");

	return type.n ? media_type_is_index(type) : json_get(doc, "manifests") != NULL;
}

static int read_parts(const struct json *doc, struct arena *a, struct artifact_manifest *ret,
		      struct err *err)
{
	int r;

	if (ret->is_index) {
		r = read_descriptors(json_get(doc, "manifests"), LIMIT_INDEX_MANIFESTS,
				     "index_manifests", a, &ret->manifests, &ret->n_manifests, err);
		return r < 0 ? err_wrap(err, r, "manifests") : 0;
	}
	r = read_descriptor(json_get(doc, "config"), a, &ret->config, err);
	if (r < 0)
		return r;
	r = read_descriptors(json_get(doc, "layers"), LIMIT_LAYERS, "layers", a, &ret->layers,
			     &ret->n_layers, err);
	return r < 0 ? err_wrap(err, r, "layers") : 0;
}

int artifact_manifest_parse(struct str bytes, struct arena *a, struct artifact_manifest *ret,
			    struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	*ret = (struct artifact_manifest){0};
	if (r < 0)
		return r;
	if (json_get(doc, "manifests") && json_get(doc, "layers"))
		return err_set(err, ERR_FORMAT, "it is an index and a manifest at once");
	ret->is_index = is_index(doc);
	r = oci_form_check(ret->is_index ? OCI_INDEX : OCI_ARTIFACT, doc, err);
	if (r == 0)
		r = read_parts(doc, a, ret, err);
	if (r == 0)
		r = read_descriptor(json_get(doc, "subject"), a, &ret->subject, err);
	if (r == 0)
		r = read_annotations(json_get(doc, "annotations"), a, &ret->annotations, err);
	if (r < 0)
		return r;
	ret->media_type = copy(a, json_get_str(doc, "mediaType"));
	ret->artifact_type = copy(a, json_get_str(doc, "artifactType"));
	if (!ret->artifact_type.n)
		ret->artifact_type = ret->config.media_type;
	return arena_check(a, err);
}

struct str artifact_annotation(const struct artifact_annotations *annotations, const char *key)
{
	size_t low = 0, high = annotations->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(annotations->p[middle].key, str_of(key));

		if (order == 0)
			return annotations->p[middle].value;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return STR_NULL;
}
