/* SPDX-License-Identifier: Apache-2.0 */
/* A root file system in one tar file, packed or not: an image of one layer and no config. */
#include "base/fd.h"
#include "base/file_stream.h"
#include "image/sources/archive.h"

static int open_layer(struct source *src, size_t i, struct stream **ret, struct err *err)
{
	const int *fd = src->data;

	return file_stream_new(*fd, 0, src->layers[i].size, ret, err);
}

static void done(struct source *src)
{
	fd_closep(src->data);
}

int tarball_new(int file, uint64_t size, const struct source_request *q, struct source **ret,
		struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new("rootfs", q->location);
	CLEANUP(fd_closep) int owned = file;
	char identity[FILE_IDENTITY_MAX];
	int *fd;

	if (!src)
		return err_nomem(err);
	fd = arena_alloc(&src->arena, sizeof *fd);
	src->layers = arena_array(&src->arena, 1, sizeof *src->layers);
	if (!fd || !src->layers)
		return err_nomem(err);
	*fd = owned;
	owned = -1;
	src->data = fd;
	src->done = done;
	src->open_layer = open_layer;
	src->n_layers = 1;
	src->layers[0].size = size;
	src->layers[0].identity = arena_str(&src->arena, file_identity(*fd, 0, identity));
	*ret = TAKE(src);
	return 0;
}
