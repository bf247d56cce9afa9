/* SPDX-License-Identifier: Apache-2.0 */
/* An image of a local engine: a docker-archive that the engine packs when it is asked for it. */
#include "base/cleanup.h"
#include "image/locate.h"
#include "image/sources/archive.h"

/* The export, with the connection that it needs. */
struct export_stream {
	struct stream stream;
	struct stream *in;
	struct image_place place;
};

static ssize_t export_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	return stream_read(((struct export_stream *)s)->in, buf, n, err);
}

static void export_close(struct stream *s)
{
	struct export_stream *es = (struct export_stream *)s;

	stream_close(es->in);
	image_place_done(&es->place);
	free(es);
}

static int export_open(struct image_place *place, struct stream **ret, struct err *err)
{
	struct export_stream *es = calloc(1, sizeof *es);
	int r;

	if (!es) {
		image_place_done(place);
		return err_nomem(err);
	}
	es->stream = (struct stream){export_read, export_close};
	es->place = *place;
	*place = (struct image_place){0};
	r = daemon_export(es->place.daemon, es->place.name, &es->in, err);
	if (r < 0) {
		export_close(&es->stream);
		return r;
	}
	*ret = &es->stream;
	return 0;
}

/* Older engines call an image by its config's digest, newer ones may by its manifest's. */
int engine_check_id(const struct source *src, struct err *err)
{
	struct str hex = src->engine_id;
	CLEANUP(strbuf_done) struct strbuf blob = STRBUF_INIT(256);

	if (!hex.n || str_eq(hex, src->config_digest))
		return 0;
	str_pull_prefix(&hex, STR("sha256:"));
	strbuf_addf(&blob, "blobs/sha256/%.*s", STR_FMT(hex));
	if (archive_has(src->members, strbuf_str(&blob)))
		return 0;
	return err_set(err, ERR_DENIED, "%.*s was asked for, but the engine gave %.*s",
		       STR_FMT(src->engine_id), STR_FMT(src->config_digest));
}

int source_engine(struct image_place *place, const struct source_request *q, struct source **ret,
		  struct err *err)
{
	struct source_request request = {.platform = q->platform};
	const char *transport = transport_name(place->transport);
	CLEANUP(source_closep) struct source *src = NULL;
	CLEANUP(freep) char *found_by = str_dup(place->found_by);
	CLEANUP(freep) char *location = str_dup(place->name);
	struct daemon_image image = place->image;
	struct stream *in = NULL;
	int r = export_open(place, &in, err);

	if (r < 0)
		return r;
	request.location = location ? location : "";
	r = source_stream(in, &request, ARCHIVE_DOCKER, &src, err);
	if (r < 0)
		return r;
	src->transport = transport;
	src->found_by = arena_str(&src->arena, str_of(found_by));
	src->engine_id = arena_str(&src->arena, str_of(image.id));
	if (!found_by || !location || !src->found_by.p || !src->engine_id.p)
		return err_nomem(err);
	*ret = TAKE(src);
	return 0;
}
