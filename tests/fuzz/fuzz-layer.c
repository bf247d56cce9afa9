/* SPDX-License-Identifier: Apache-2.0 */
/* A whole layer of any bytes: unpacking, tar, the tree, the readers, and the record they make. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "scan/assemble.h"
#include "scan/layer_scan.h"

struct memory_stream {
	struct stream stream;
	struct str left;
};

static ssize_t memory_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct memory_stream *m = (struct memory_stream *)s;
	struct str piece = str_sub(m->left, 0, n);

	if (piece.n)
		memcpy(buf, piece.p, piece.n);
	m->left = str_skip(m->left, piece.n);
	return (ssize_t)piece.n;
}

static void memory_close(struct stream *s)
{
	free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(64 << 20);
	CLEANUP(report_freep) struct report *report = report_new();
	struct memory_stream *m = calloc(1, sizeof *m);
	struct scan_progress progress = {0};
	struct path_index *index = NULL;
	struct layer_record record;
	const struct layer_record *records[] = {&record};

	if (!report || !m || path_index_new(&index, NULL) < 0)
		abort();
	m->stream = (struct stream){memory_read, memory_close};
	m->left = str_make(data, size);
	if (layer_scan(&m->stream, index, &progress, &bytes, NULL) == 0) {
		if (layer_record_read(strbuf_str(&bytes), &record, NULL) < 0)
			abort(); /* what we wrote must be readable */
		if (assemble(records, 1, report, NULL) == 0)
			report_finish(report);
	}
	path_index_free(index);
	return 0;
}
