/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest_stream.h"

#include "crypto/digest.h"

struct digest_stream {
	struct stream stream;
	struct stream *in;
	struct digest hash;
	struct digest_value promised;
	bool is_checked;
};

static int check(struct digest_stream *ds, struct err *err)
{
	char want[DIGEST_TEXT_MAX], have[DIGEST_TEXT_MAX];
	struct digest_value got;

	if (ds->is_checked) /* read again at its end */
		return 0;
	digest_final(&ds->hash, &got);
	ds->is_checked = digest_eq(&ds->promised, &got);
	if (ds->is_checked)
		return 0;
	return err_set(err, ERR_DENIED, "digest is %.*s, but its bytes are %.*s",
		       STR_FMT(digest_format(&ds->promised, want)),
		       STR_FMT(digest_format(&got, have)));
}

static ssize_t digest_stream_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct digest_stream *ds = (struct digest_stream *)s;
	ssize_t got = stream_read(ds->in, buf, n, err);

	if (got == 0)
		return check(ds, err);
	if (got > 0)
		digest_update(&ds->hash, str_make(buf, (size_t)got));
	return got;
}

static void digest_stream_close(struct stream *s)
{
	struct digest_stream *ds = (struct digest_stream *)s;

	stream_close(ds->in);
	digest_done(&ds->hash);
	free(ds);
}

int digest_stream_new(struct stream *in, struct str promised, struct stream **ret, struct err *err)
{
	struct digest_stream *ds = calloc(1, sizeof *ds);
	int r;

	if (!ds) {
		stream_close(in);
		return err_nomem(err);
	}
	ds->stream = (struct stream){digest_stream_read, digest_stream_close};
	ds->in = in;
	r = digest_parse(promised, &ds->promised, err);
	if (r == 0)
		r = digest_init(&ds->hash, ds->promised.algorithm, err);
	if (r < 0) {
		digest_stream_close(&ds->stream);
		return r;
	}
	*ret = &ds->stream;
	return 0;
}
