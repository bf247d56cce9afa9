/* SPDX-License-Identifier: Apache-2.0 */
/* A root file system in one tar file, packed or not: an image of one layer and no config. */
#include <sys/stat.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "image/source.h"

static int open_layer(struct source *src, size_t i, struct stream **ret, struct err *err)
{
	const int *fd = src->data;

	return file_stream_new(*fd, 0, src->layers[i].size, ret, err);
}

static void done(struct source *src)
{
	fd_closep(src->data);
}

int source_tarball(const struct source_request *q, struct source **ret, struct err *err)
{
	CLEANUP(source_closep) struct source *src = source_new("rootfs", q->location);
	char identity[FILE_IDENTITY_MAX];
	struct stat st;
	int *fd;

	if (!src)
		return err_nomem(err);
	fd = arena_alloc(&src->arena, sizeof *fd);
	src->layers = arena_array(&src->arena, 1, sizeof *src->layers);
	if (!fd || !src->layers)
		return err_nomem(err);
	*fd = fd_open_read(q->location, err);
	if (*fd < 0)
		return *fd;
	src->data = fd;
	src->done = done;
	src->open_layer = open_layer;
	if (fstat(*fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_FORMAT, "%s: not a regular file", q->location);
	src->n_layers = 1;
	src->layers[0].size = (uint64_t)st.st_size;
	src->layers[0].identity = arena_str(&src->arena, file_identity(*fd, 0, identity));
	*ret = TAKE(src);
	return 0;
}
