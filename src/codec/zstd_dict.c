/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/zstd_dict.h"

#include <zstd.h>

#define WINDOW_LOG 17
#define TABLE_LOG  16

struct zstd_dict {
	ZSTD_CCtx *packer;
	ZSTD_DCtx *unpacker;
	ZSTD_DDict *unpack_dictionary;
};

void zstd_dict_free(struct zstd_dict *d)
{
	if (!d)
		return;
	(void)ZSTD_freeCCtx(d->packer); /* always 0, as those below */
	(void)ZSTD_freeDCtx(d->unpacker);
	(void)ZSTD_freeDDict(d->unpack_dictionary);
	free(d);
}

void zstd_dict_freep(struct zstd_dict **d)
{
	zstd_dict_free(*d);
	*d = NULL;
}

/* Tables for texts of some kilobytes; those of the level alone are for megabytes. */
static bool set_up(ZSTD_CCtx *packer, struct str dictionary, int level)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(packer, ZSTD_c_compressionLevel, level)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(packer, ZSTD_c_windowLog, WINDOW_LOG)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(packer, ZSTD_c_hashLog, TABLE_LOG)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(packer, ZSTD_c_chainLog, TABLE_LOG)) &&
	       !ZSTD_isError(ZSTD_CCtx_loadDictionary(packer, dictionary.p, dictionary.n));
}

int zstd_dict_new_packer(struct str dictionary, int level, struct zstd_dict **ret, struct err *err)
{
	struct zstd_dict *d = calloc(1, sizeof *d);

	if (!d)
		return err_nomem(err);
	d->packer = ZSTD_createCCtx();
	if (!d->packer || !set_up(d->packer, dictionary, level)) {
		zstd_dict_free(d);
		return err_nomem(err);
	}
	*ret = d;
	return 0;
}

int zstd_dict_new_unpacker(struct str dictionary, struct zstd_dict **ret, struct err *err)
{
	struct zstd_dict *d = calloc(1, sizeof *d);

	if (!d)
		return err_nomem(err);
	d->unpacker = ZSTD_createDCtx();
	d->unpack_dictionary = ZSTD_createDDict(dictionary.p, dictionary.n);
	if (!d->unpacker || !d->unpack_dictionary) {
		zstd_dict_free(d);
		return err_nomem(err);
	}
	*ret = d;
	return 0;
}

int zstd_dict_pack(struct zstd_dict *d, struct str text, struct strbuf *ret, struct err *err)
{
	size_t bound = ZSTD_compressBound(text.n), n;
	char *room = strbuf_reserve(ret, bound);

	if (!room)
		return strbuf_check(ret, err);
	n = ZSTD_compress2(d->packer, room, bound, text.p, text.n);
	if (ZSTD_isError(n))
		return err_nomem(err); /* there is room, so nothing else can be */
	strbuf_commit(ret, n);
	return 0;
}

int zstd_dict_unpack(struct zstd_dict *d, struct str frame, size_t max_bytes, struct strbuf *ret,
		     struct err *err)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame.p, frame.n);
	char *room;
	size_t n;

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
		return err_set(err, ERR_FORMAT, "not a packed text");
	if (size > max_bytes)
		return err_set(err, ERR_LIMIT, "packed text of %llu bytes", size);
	room = strbuf_reserve(ret, (size_t)size);
	if (!room)
		return strbuf_check(ret, err);
	n = ZSTD_decompress_usingDDict(d->unpacker, room, (size_t)size, frame.p, frame.n,
				       d->unpack_dictionary);
	if (ZSTD_isError(n))
		return err_set(err, ERR_FORMAT, "packed text: %s", ZSTD_getErrorName(n));
	strbuf_commit(ret, n);
	return 0;
}
