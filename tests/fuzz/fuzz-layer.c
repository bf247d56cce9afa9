/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain tar in memory on one thread: the archive, the tree, the readers, the record they make,
 * and two layers of it put together. The checksums of headers are mended first, so that changed
 * headers get past them; fuzz-pipeline takes the bytes as they are.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "scan/assemble.h"
#include "scan/tar_scan.h"

#define BLOCK	    512
#define SUM_AT	    148
#define SUM_BYTES   8
#define USTAR_AT    257
#define INPUT_BYTES ((size_t)1 << 20)

static void mend_checksum(char *block)
{
	char text[SUM_BYTES + 1];
	unsigned sum = 0;

	if (memcmp(block + USTAR_AT, "ustar", 5) != 0)
		return;
	memset(block + SUM_AT, ' ', SUM_BYTES);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	(void)snprintf(text, sizeof text, "%06o", sum); /* at most 512 * 255: six digits */
	memcpy(block + SUM_AT, text, 7);
}

static int next_block(void *context, struct str *ret, struct err *err)
{
	struct str *left = context;

	(void)err;
	*ret = str_sub(*left, 0, (size_t)16 << 10);
	*left = str_skip(*left, ret->n);
	return ret->n > 0;
}

static int scan(const struct path_index *index, struct str tar, struct strbuf *record)
{
	struct layer_facts facts = {0};
	struct analysis *a = NULL;
	struct err err = {0};
	bool complete;
	int r = analysis_new(&(struct scan_plan){.index = index}, record, &a, &err);

	if (r == 0)
		r = tar_scan(next_block, &tar, a, &complete, &err);
	if (r == 0)
		r = analysis_finish(a, &facts, &err);
	if (r < 0 && (err.code == ERR_OK || !err.msg[0]))
		abort(); /* an error says what is wrong */
	analysis_free(a);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(64 << 20);
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(freep) char *tar = malloc(size + 1);
	static struct path_index *index; /* of the process */
	struct layer_record record;
	const struct layer_record *records[] = {&record, &record};

	if (!report || !tar || (!index && path_index_new(&index, NULL) < 0))
		abort();
	if (size > INPUT_BYTES)
		return 0;
	if (size)
		memcpy(tar, data, size);
	for (size_t at = 0; at + BLOCK <= size; at += BLOCK)
		mend_checksum(tar + at);
	if (scan(index, str_make(tar, size), &bytes) < 0)
		return 0;
	if (layer_record_read(strbuf_str(&bytes), &record, NULL) < 0)
		abort(); /* what we wrote must be readable */
	if (assemble(records, 2, report, NULL) == 0)
		report_finish(report);
	return 0;
}
