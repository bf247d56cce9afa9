/* SPDX-License-Identifier: Apache-2.0 */
/* An image in a registry: its manifest is fetched and verified, its layers are streamed by need. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "image/locate.h"
#include "image/sources/oci_image.h"

static int read_manifest(struct image_place *place, struct str digest, struct strbuf *sb,
			 struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	int r;

	if (str_is(digest, place->manifest.digest)) { /* found by it: no second request */
		strbuf_add(sb, strbuf_str(&place->manifest.bytes));
		return strbuf_check(sb, err);
	}
	r = registry_manifest(place->registry, digest, &m, err);
	if (r < 0)
		return r;
	strbuf_add(sb, strbuf_str(&m.bytes));
	return strbuf_check(sb, err);
}

static int read_blob(struct image_place *place, const struct descriptor *d, struct strbuf *sb,
		     struct err *err)
{
	CLEANUP(stream_closep) struct stream *blob = NULL;
	char buf[16384];
	ssize_t n;
	int r = registry_blob(place->registry, d->digest, d->size, &blob, err);

	if (r < 0)
		return r;
	while ((n = stream_read(blob, buf, sizeof buf, err)) > 0) {
		strbuf_add(sb, str_make(buf, (size_t)n));
		r = strbuf_check(sb, err);
		if (r < 0)
			return r;
	}
	return n < 0 ? (int)n : 0;
}

static int read_part(struct source *src, const struct descriptor *d, enum oci_part part,
		     struct strbuf *sb, struct err *err)
{
	struct image_place *place = src->data;

	switch (part) {
	case OCI_PART_INDEX:
	case OCI_PART_MANIFEST:
		return read_manifest(place, d->digest, sb, err);
	case OCI_PART_CONFIG:
		return read_blob(place, d, sb, err);
	}
	return err_set(err, ERR_BUG, "part %d of an image", (int)part);
}

/* Foreign layers are by their nature somewhere else, and an image does not say where we connect. */
static int find_layer(struct source *src, struct source_layer *layer, struct err *err)
{
	(void)src; /* opened by digest */
	if (media_type_is_foreign(layer->media_type))
		return err_set(err, ERR_NOT_FOUND, "registries do not hold its bytes");
	return 0;
}

static int open_layer(struct source *src, size_t i, struct stream **ret, struct err *err)
{
	struct image_place *place = src->data;
	const struct source_layer *layer = &src->layers[i];

	if (layer->not_read.n)
		return err_set(err, ERR_UNSUPPORTED, "%.*s", STR_FMT(layer->not_read));
	return registry_blob(place->registry, layer->digest, layer->size, ret, err);
}

static void cancel(struct source *src)
{
	struct image_place *place = src->data;

	registry_cancel(place->registry);
}

static void done(struct source *src)
{
	struct image_place *place = src->data;

	image_place_done(place);
}

static int open_image(struct source *src, const struct source_request *q, struct err *err)
{
	static const struct oci_store store = {.read = read_part, .find_layer = find_layer};
	struct image_place *place = src->data;
	struct str bytes = strbuf_str(&place->manifest.bytes);
	struct descriptor d = {.media_type = str_of(place->manifest.media_type),
			       .digest = str_of(place->manifest.digest),
			       .size = bytes.n,
			       .ref_name = place->name};
	int r = 0;

	if (media_type_is_index(d.media_type))
		r = oci_image_choose(src, &store, q, bytes, place->name, &d, err);
	if (r == 0)
		r = oci_image_read(src, &store, q, &d, err);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(place->name)) : 0;
}

int source_registry(struct image_place *place, const struct source_request *q, struct source **ret,
		    struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new("docker", "");
	struct image_place *own = src ? arena_alloc(&src->arena, sizeof *own) : NULL;
	int r;

	if (!own) {
		image_place_done(place);
		return err_nomem(err);
	}
	*own = *place;
	src->data = own;
	src->done = done;
	src->open_layer = open_layer;
	src->cancel = cancel;
	src->needs_network = true;
	src->location = own->name;
	src->found_by = own->found_by;
	r = open_image(src, q, err);
	if (r < 0)
		return r;
	*ret = TAKE(src);
	return 0;
}
