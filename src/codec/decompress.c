/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/decompress.h"

#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#define ZSTD_STATIC_LINKING_ONLY /* ZSTD_getFrameHeader */
#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"

#define INPUT_BYTES ((size_t)64 << 10)

struct decoder;

/* One format: unpacks from d->in into out; see step() for the contract. */
struct decoder_ops {
	int (*init)(struct decoder *d, struct err *err);
	void (*done)(struct decoder *d);
	/*
	 * Consumes from d->in, produces up to n bytes. Returns the count, which may be 0 when more
	 * input is needed. Sets d->at_boundary when the input may end here.
	 */
	ssize_t (*step)(struct decoder *d, void *out, size_t n, struct err *err);
};

struct decoder {
	struct stream stream;
	struct err broken; /* after this nothing more comes; code ERR_OK: not broken */
	struct stream *source;
	const struct decoder_ops *ops;
	const char *name;
	struct str in; /* unread part of input */
	bool input_ended, at_boundary;
	uint64_t n_in, n_out; /* bytes */
	size_t memory;	      /* for windows and dictionaries; 0: the limits of layers */
	union {
		struct inflate_state *gzip;
		ZSTD_DStream *zstd;
		lzma_stream xz;
		bz_stream bzip2;
	};
	char input[INPUT_BYTES];
};

static int format_error(const struct decoder *d, struct err *err, const char *what)
{
	return err_set(err, ERR_FORMAT, "%s: near offset %llu: %s", d->name,
		       (unsigned long long)(d->n_in - d->in.n), what);
}

static int gzip_init(struct decoder *d, struct err *err)
{
	/* zeroed: on code lengths that cannot be, the library follows tables it has not filled */
	d->gzip = calloc(1, sizeof *d->gzip);
	if (!d->gzip)
		return err_nomem(err);
	isal_inflate_init(d->gzip);
	d->gzip->crc_flag = ISAL_GZIP;
	d->at_boundary = true;
	return 0;
}

static void gzip_done(struct decoder *d)
{
	free(d->gzip);
}

static const char *gzip_reason(int code)
{
	switch (code) {
	case ISAL_INVALID_WRAPPER:
		return "bad header";
	case ISAL_INCORRECT_CHECKSUM:
		return "checksum does not match";
	case ISAL_INVALID_BLOCK:
		return "bad block type";
	case ISAL_INVALID_SYMBOL:
		return "bad symbol";
	case ISAL_INVALID_LOOKBACK:
		return "distance beyond the window";
	default:
		return "not a deflate stream";
	}
}

/* At the start of a member: zero padding is skipped; what follows must be another member. */
static bool gzip_skip_padding(struct decoder *d)
{
	if (d->n_out == 0)
		return true;
	while (d->in.n && d->in.p[0] == '\0')
		d->in = str_skip(d->in, 1);
	return d->in.n > 0;
}

static ssize_t gzip_step(struct decoder *d, void *out, size_t n, struct err *err)
{
	struct inflate_state *s = d->gzip;
	size_t room = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : n;
	int r;

	if (d->at_boundary && !gzip_skip_padding(d))
		return 0;
	d->at_boundary = false;
	s->next_in = (uint8_t *)d->in.p; /* ISA-L only reads it */
	s->avail_in = (uint32_t)d->in.n;
	s->next_out = out;
	s->avail_out = (uint32_t)room;
	r = isal_inflate(s);
	d->in = str_skip(d->in, d->in.n - s->avail_in);
	if (r < 0 || r == ISAL_NEED_DICT)
		return format_error(d, err, gzip_reason(r));
	room -= s->avail_out;
	if (s->block_state == ISAL_BLOCK_FINISH) {
		isal_inflate_reset(s);
		d->at_boundary = true;
	}
	return (ssize_t)room;
}

/* The largest window that is allowed, as a power of two; libzstd takes none below 10. */
static int zstd_window_log(const struct decoder *d)
{
	int log = LIMIT_ZSTD_WINDOW_LOG;

	while (d->memory && log > 10 && (size_t)1 << log > d->memory)
		log--;
	return log;
}

static int zstd_init(struct decoder *d, struct err *err)
{
	d->zstd = ZSTD_createDStream();
	if (!d->zstd)
		return err_nomem(err);
	(void)ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, zstd_window_log(d));
	d->at_boundary = true;
	return 0;
}

static void zstd_done(struct decoder *d)
{
	(void)ZSTD_freeDStream(d->zstd); /* always 0 */
}

static ssize_t zstd_step(struct decoder *d, void *out, size_t n, struct err *err)
{
	ZSTD_inBuffer in = {d->in.p, d->in.n, 0};
	ZSTD_outBuffer o = {out, n, 0};
	size_t r = ZSTD_decompressStream(d->zstd, &o, &in);

	d->in = str_skip(d->in, in.pos);
	if (ZSTD_isError(r)) {
		if (ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge)
			return err_set(
				err, ERR_LIMIT,
				d->memory ? "zstd: window of more than %d bits"
					  : "zstd: window larger than zstd_window_log (%d bits)",
				zstd_window_log(d));
		return format_error(d, err, ZSTD_getErrorName(r));
	}
	d->at_boundary = r == 0;
	return (ssize_t)o.pos;
}

static int xz_init(struct decoder *d, struct err *err)
{
	d->xz = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(&d->xz, d->memory ? d->memory : LIMIT_XZ_MEMORY,
				LZMA_CONCATENATED) != LZMA_OK)
		return err_nomem(err);
	return 0;
}

static void xz_done(struct decoder *d)
{
	lzma_end(&d->xz);
}

static ssize_t xz_step(struct decoder *d, void *out, size_t n, struct err *err)
{
	lzma_ret r;

	d->xz.next_in = (const uint8_t *)d->in.p;
	d->xz.avail_in = d->in.n;
	d->xz.next_out = out;
	d->xz.avail_out = n;
	r = lzma_code(&d->xz, d->input_ended ? LZMA_FINISH : LZMA_RUN);
	d->in = str_skip(d->in, d->in.n - d->xz.avail_in);
	if (r == LZMA_MEMLIMIT_ERROR)
		return err_set(err, ERR_LIMIT,
			       d->memory ? "xz: dictionary needs more than %zu bytes"
					 : "xz: dictionary needs more than xz_memory (%zu bytes)",
			       d->memory ? d->memory : (size_t)LIMIT_XZ_MEMORY);
	if (r == LZMA_STREAM_END)
		d->at_boundary = true;
	else if (r != LZMA_OK && r != LZMA_BUF_ERROR)
		return format_error(d, err,
				    r == LZMA_DATA_ERROR ? "data does not match its check"
							 : "not an xz stream");
	return (ssize_t)(n - d->xz.avail_out);
}

static int bzip2_init(struct decoder *d, struct err *err)
{
	d->bzip2 = (bz_stream){0};
	d->at_boundary = true;
	return BZ2_bzDecompressInit(&d->bzip2, 0, 0) == BZ_OK ? 0 : err_nomem(err);
}

static void bzip2_done(struct decoder *d)
{
	(void)BZ2_bzDecompressEnd(&d->bzip2); /* fails only for what was never initialised */
}

/* Several streams may follow each other, as parallel packers write them. */
static ssize_t bzip2_step(struct decoder *d, void *out, size_t n, struct err *err)
{
	bz_stream *s = &d->bzip2;
	size_t room = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : n;
	int r;

	if (d->at_boundary && d->in.n == 0)
		return 0;
	d->at_boundary = false;
	s->next_in = (char *)d->in.p; /* libbz2 only reads it */
	s->avail_in = (unsigned)d->in.n;
	s->next_out = out;
	s->avail_out = (unsigned)room;
	r = BZ2_bzDecompress(s);
	d->in = str_skip(d->in, d->in.n - s->avail_in);
	room -= s->avail_out;
	if (r == BZ_STREAM_END) {
		bzip2_done(d);
		r = bzip2_init(d, err);
		return r < 0 ? r : (ssize_t)room;
	}
	if (r == BZ_OK)
		return (ssize_t)room;
	return format_error(d, err,
			    r == BZ_DATA_ERROR ? "data does not match its check"
					       : "not a bzip2 stream");
}

static const struct decoder_ops bzip2_ops = {bzip2_init, bzip2_done, bzip2_step};
static const struct decoder_ops gzip_ops = {gzip_init, gzip_done, gzip_step};
static const struct decoder_ops zstd_ops = {zstd_init, zstd_done, zstd_step};
static const struct decoder_ops xz_ops = {xz_init, xz_done, xz_step};

static int refill(struct decoder *d, struct err *err)
{
	ssize_t n = stream_read(d->source, d->input, sizeof d->input, err);

	if (n < 0)
		return (int)n;
	d->in = str_make(d->input, (size_t)n);
	d->n_in += (uint64_t)n;
	d->input_ended = n == 0;
	return 0;
}

static int check_growth(const struct decoder *d, struct err *err)
{
	uint64_t allowed;

	if (d->n_out > (uint64_t)LIMIT_LAYER_BYTES)
		return err_set(err, ERR_LIMIT, "%s: unpacks to more than layer_bytes (%lld)",
			       d->name, (long long)LIMIT_LAYER_BYTES);
	if (d->n_out <= LIMIT_INFLATE_FREE_BYTES ||
	    __builtin_mul_overflow(d->n_in, (uint64_t)LIMIT_INFLATE_RATIO, &allowed))
		return 0;
	if (d->n_out > allowed)
		return err_set(err, ERR_LIMIT,
			       "%s: unpacks to more than %d times its size (inflate_ratio)",
			       d->name, (int)LIMIT_INFLATE_RATIO);
	return 0;
}

/* Unpacks until n bytes are there; *done counts those that came before an error too. */
static int unpack(struct decoder *d, char *buf, size_t n, size_t *done, struct err *err)
{
	while (*done < n) {
		size_t unread;
		ssize_t got;
		int r;

		if (d->in.n == 0 && !d->input_ended) {
			r = refill(d, err);
			if (r < 0)
				return r;
		}
		if (d->input_ended && d->at_boundary)
			break;
		unread = d->in.n;
		got = d->ops->step(d, buf + *done, n - *done, err);
		if (got < 0)
			return (int)got;
		if (got == 0 && !d->at_boundary &&
		    (d->input_ended || (unread && unread == d->in.n)))
			return format_error(d, err, "cut short");
		*done += (size_t)got;
		d->n_out += (uint64_t)got;
		r = check_growth(d, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What stood before a break is given first, the error with the next call. */
static ssize_t decoder_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct decoder *d = (struct decoder *)s;
	size_t done = 0;

	if (d->broken.code == ERR_OK && unpack(d, buf, n, &done, &d->broken) == 0)
		return (ssize_t)done;
	if (done > 0)
		return (ssize_t)done;
	if (err)
		*err = d->broken;
	return -(ssize_t)d->broken.code;
}

static void decoder_close(struct stream *s)
{
	struct decoder *d = (struct decoder *)s;

	d->ops->done(d);
	stream_close(d->source);
	free(d);
}

enum compression compression_of(struct str head)
{
	if (str_has_prefix(head, STR("\x1f\x8b")))
		return COMPRESSION_GZIP;
	if (str_has_prefix(head, STR("\x28\xb5\x2f\xfd")))
		return COMPRESSION_ZSTD;
	/* zstd skippable frames: 0x184d2a50 to 5f */
	if (head.n >= 4 && ((unsigned char)head.p[0] & 0xf0) == 0x50 &&
	    str_eq(str_sub(head, 1, 3), STR("\x2a\x4d\x18")))
		return COMPRESSION_ZSTD;
	if (str_has_prefix(head, str_make("\xfd"
					  "7zXZ\0",
					  6)))
		return COMPRESSION_XZ;
	if (str_has_prefix(head, STR("BZh")))
		return COMPRESSION_BZIP2;
	if (str_has_prefix(head, STR("\x04\x22\x4d\x18")))
		return COMPRESSION_LZ4;
	return COMPRESSION_NONE;
}

const char *compression_name(enum compression c)
{
	switch (c) {
	case COMPRESSION_NONE:
		return "none";
	case COMPRESSION_GZIP:
		return "gzip";
	case COMPRESSION_ZSTD:
		return "zstd";
	case COMPRESSION_XZ:
		return "xz";
	case COMPRESSION_BZIP2:
		return "bzip2";
	case COMPRESSION_LZ4:
		return "lz4";
	}
	return "none";
}

static const struct decoder_ops *ops_of(enum compression kind)
{
	switch (kind) {
	case COMPRESSION_GZIP:
		return &gzip_ops;
	case COMPRESSION_ZSTD:
		return &zstd_ops;
	case COMPRESSION_XZ:
		return &xz_ops;
	case COMPRESSION_BZIP2:
		return &bzip2_ops;
	case COMPRESSION_NONE:
	case COMPRESSION_LZ4:
		return NULL;
	}
	return NULL;
}

/* What the filters of the first block of an xz stream take. */
static size_t xz_memory(struct str head)
{
	lzma_filter filters[LZMA_FILTERS_MAX + 1] = {{.id = LZMA_VLI_UNKNOWN}};
	lzma_block block = {.version = 1, .filters = filters};
	lzma_stream_flags flags;
	uint64_t n = 0;

	head = str_skip(head, LZMA_STREAM_HEADER_SIZE);
	if (head.n == 0 ||
	    lzma_stream_header_decode(&flags, (const uint8_t *)head.p - LZMA_STREAM_HEADER_SIZE))
		return 0;
	block.check = flags.check;
	block.header_size = lzma_block_header_size_decode((uint8_t)head.p[0]);
	if (head.p[0] == '\0' || head.n < block.header_size ||
	    lzma_block_header_decode(&block, NULL, (const uint8_t *)head.p) != LZMA_OK)
		return 0;
	n = lzma_raw_decoder_memusage(filters);
	lzma_filters_free(filters, NULL);
	return n > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)n;
}

size_t decompress_memory(enum compression kind, struct str head)
{
	size_t n = 0;

	if (kind == COMPRESSION_XZ)
		n = xz_memory(head);
	if (kind == COMPRESSION_ZSTD) {
		unsigned long long window = 0;
		ZSTD_frameHeader h;

		if (ZSTD_getFrameHeader(&h, head.p, head.n) == 0)
			window = h.windowSize;
		n = window > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)window;
	}
	return n;
}

int decompress_open(struct stream *in, enum compression kind, struct stream **ret, struct err *err)
{
	return decompress_open_within(in, kind, 0, ret, err);
}

int decompress_open_within(struct stream *in, enum compression kind, size_t memory,
			   struct stream **ret, struct err *err)
{
	const struct decoder_ops *ops = ops_of(kind);
	struct decoder *d;
	int r;

	if (kind == COMPRESSION_NONE) {
		*ret = in;
		return 0;
	}
	if (!ops) {
		stream_close(in);
		return err_set(err, ERR_UNSUPPORTED, "%s compression is not read; use gzip or zstd",
			       compression_name(kind));
	}
	d = calloc(1, sizeof *d);
	if (!d) {
		stream_close(in);
		return err_nomem(err);
	}
	d->stream = (struct stream){decoder_read, decoder_close};
	d->source = in;
	d->ops = ops;
	d->memory = memory;
	d->name = compression_name(kind);
	r = ops->init(d, err);
	if (r < 0) {
		stream_close(in);
		free(d);
		return r;
	}
	*ret = &d->stream;
	return 0;
}
