/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/image_change.h"

#include "base/clock.h"
#include "base/limits.h"
#include "image/reference.h"

#define BASE_DIGEST   "org.opencontainers.image.base.digest="
#define BASE_NAME     "org.opencontainers.image.base.name="
#define HISTORY_BYTES 65536

static int write_config(const struct image_change *c, struct layout_image *image, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct str diff_id = str_of(c->made->file.diff_id);
	char time[CLOCK_TEXT_MAX];
	struct config_change change = {.n_kept = c->n_kept,
				       .diff_ids = &diff_id,
				       .n_diff_ids = c->made->has_layer,
				       .created_by = c->created_by,
				       .comment = c->comment,
				       .cut = c->cut};
	int r;

	if (!clock_format(c->created, time))
		return err_set(err, ERR_USAGE, "SOURCE_DATE_EPOCH is no year that can be written");
	change.created = str_of(time);
	r = config_extend(c->layout->config, &change, &out, err);
	if (r < 0)
		return r;
	image->config = arena_str(&c->layout->arena, strbuf_str(&out));
	return image->config.p ? 0 : err_nomem(err);
}

static int write_layers(const struct image_change *c, struct layout_image *image, struct err *err)
{
	struct arena *a = &c->layout->arena;
	struct layout_layer *layers = arena_array(a, c->n_kept + 1, sizeof *layers);

	if (!layers)
		return err_nomem(err);
	for (size_t i = 0; i < c->n_kept; i++)
		layers[i] = c->layout->layers[i];
	if (c->made->has_layer)
		layers[c->n_kept] = (struct layout_layer){
			.digest = arena_str(a, str_of(c->made->file.digest)),
			.diff_id = arena_str(a, str_of(c->made->file.diff_id)),
			.media_type = STR("application/vnd.oci.image.layer.v1.tar+gzip"),
			.size = c->made->file.size};
	image->layers = layers;
	image->n_layers = c->n_kept + c->made->has_layer;
	return arena_check(a, err);
}

static bool has_base(struct str_list notes)
{
	for (size_t i = 0; i < notes.n; i++)
		if (str_has_prefix(notes.p[i], STR("org.opencontainers.image.base.")))
			return true;
	return false;
}

/* What others can look up: an image in a registry, by its name. */
static struct str registry_name(const struct image_change *c, struct arena *a)
{
	struct reference ref;
	struct str rest;

	if (transport_parse(c->base_name, &rest) != TRANSPORT_DOCKER ||
	    reference_parse(rest, a, &ref, NULL) < 0)
		return STR_NULL;
	return rest;
}

static int write_annotations(const struct image_change *c, struct layout_image *image,
			     struct err *err)
{
	struct arena *a = &c->layout->arena;
	struct str_list had = c->layout->annotations;
	struct str *notes = arena_array(a, had.n + 2, sizeof *notes);
	struct str name = registry_name(c, a);
	size_t n = had.n;

	if (!notes)
		return err_nomem(err);
	for (size_t i = 0; i < had.n; i++)
		notes[i] = had.p[i];
	/* All of its layers are below only when none was merged. */
	if (!has_base(had) && c->n_kept == c->layout->n_layers && c->layout->manifest_digest.n)
		notes[n++] = arena_strf(a, BASE_DIGEST "%.*s", STR_FMT(c->layout->manifest_digest));
	if (n > had.n && name.n)
		notes[n++] = arena_strf(a, BASE_NAME "%.*s", STR_FMT(name));
	image->annotations = (struct str_list){notes, n};
	return arena_check(a, err);
}

int image_change_write(const struct image_change *c, const char *tag, struct layout_image *ret,
		       struct err *err)
{
	int r = write_config(c, ret, err);

	if (r == 0)
		r = write_layers(c, ret, err);
	if (r == 0)
		r = write_annotations(c, ret, err);
	return r == 0 ? layout_write(c->layout, ret, tag, err) : r;
}

struct str image_change_text(const struct diff *d, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(HISTORY_BYTES);
	const char *separator = ": ";

	strbuf_adds(&out, "plimsoll patch");
	for (size_t i = 0; i < d->packages.n; i++) {
		const struct diff_package *p = vec_at(&d->packages, i);

		if (p->change != DIFF_CHANGED)
			continue;
		strbuf_addf(&out, "%s%.*s %.*s -> %.*s", separator, STR_FMT(p->after->p.name),
			    STR_FMT(p->before->p.version), STR_FMT(p->after->p.version));
		separator = ", ";
	}
	return arena_str(a, strbuf_str(&out));
}
