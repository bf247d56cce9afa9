/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/layer_file.h"

#include <zlib.h>

#include "patch/blob.h"

#define LEVEL	    6
#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip */
#define MEMORY	    9
#define OUT_BYTES   ((size_t)1 << 16)
#define OS_UNKNOWN  255

struct layer_file {
	struct blob_writer blob;
	struct digest plain;
	z_stream z;
	gz_header header;
	bool has_z;
	unsigned char out[OUT_BYTES];
};

int layer_file_open(struct layer_file **ret, int blobs_fd, struct err *err)
{
	CLEANUP(layer_file_freep) struct layer_file *f = calloc(1, sizeof *f);
	int r;

	if (!f)
		return err_nomem(err);
	f->blob.fd = -1;
	r = blob_writer_open(&f->blob, blobs_fd, err);
	if (r == 0)
		r = digest_init(&f->plain, DIGEST_SHA256, err);
	if (r < 0)
		return r;
	f->has_z = deflateInit2(&f->z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY,
				Z_DEFAULT_STRATEGY) == Z_OK;
	f->header.os = OS_UNKNOWN;
	if (!f->has_z || deflateSetHeader(&f->z, &f->header) != Z_OK)
		return err_nomem(err);
	*ret = TAKE(f);
	return 0;
}

static int press(struct layer_file *f, int flush, struct err *err)
{
	int r, state;

	do {
		f->z.next_out = f->out;
		f->z.avail_out = sizeof f->out;
		state = deflate(&f->z, flush);
		if (state == Z_STREAM_ERROR)
			return err_set(err, ERR_BUG, "deflate is in a wrong state");
		r = blob_writer_add(&f->blob, str_make(f->out, sizeof f->out - f->z.avail_out),
				    err);
		if (r < 0)
			return r;
	} while (f->z.avail_out == 0);
	return 0;
}

int layer_file_sink(void *layer_file, struct str bytes, struct err *err)
{
	struct layer_file *f = layer_file;
	int r = 0;

	digest_update(&f->plain, bytes);
	while (r == 0 && bytes.n) {
		struct str piece = str_sub(bytes, 0, OUT_BYTES);

		bytes = str_skip(bytes, piece.n);
		f->z.next_in = (unsigned char *)(uintptr_t)piece.p;
		f->z.avail_in = (uInt)piece.n;
		r = press(f, Z_NO_FLUSH, err);
	}
	return r;
}

int layer_file_commit(struct layer_file *f, struct layer_file_result *ret, struct err *err)
{
	struct digest_value value;
	int r;

	f->z.next_in = NULL;
	f->z.avail_in = 0;
	r = press(f, Z_FINISH, err);
	if (r == 0)
		r = blob_writer_commit(&f->blob, ret->digest, err);
	if (r < 0)
		return r;
	digest_final(&f->plain, &value);
	(void)digest_format(&value, ret->diff_id);
	ret->size = f->blob.size;
	return 0;
}

void layer_file_free(struct layer_file *f)
{
	if (!f)
		return;
	if (f->has_z)
		(void)deflateEnd(&f->z); /* it may be in the middle */
	digest_done(&f->plain);
	blob_writer_done(&f->blob);
	free(f);
}

void layer_file_freep(struct layer_file **f)
{
	layer_file_free(*f);
	*f = NULL;
}
