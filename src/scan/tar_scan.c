/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/tar_scan.h"

static struct tree_entry tree_entry_of(const struct tar_entry *e)
{
	static const enum node_type types[] = {
		[TAR_FILE] = NODE_FILE,	      [TAR_DIR] = NODE_DIR,
		[TAR_SYMLINK] = NODE_SYMLINK, [TAR_HARDLINK] = NODE_HARDLINK,
		[TAR_CHAR] = NODE_DEVICE,     [TAR_BLOCK] = NODE_DEVICE,
		[TAR_FIFO] = NODE_FIFO,
	};

	return (struct tree_entry){
		.path = e->path,
		.link = e->link,
		.type = types[e->type],
		.size = e->size,
		.mode = e->mode,
		.uid = e->uid,
		.gid = e->gid,
		.capabilities = e->capabilities,
	};
}

static int read_entry(struct tar *tar, struct analysis *a, const struct tar_entry *te,
		      struct err *err)
{
	struct tree_entry e = tree_entry_of(te);
	struct capture *capture;
	struct str piece;
	uint64_t offset;
	bool more = true;
	int r = analysis_entry(a, &e, &capture, err);

	if (r < 0 || !capture)
		return r;
	while (more && (r = tar_data(tar, &piece, &offset, err)) > 0)
		more = analysis_capture_data(capture, piece, offset);
	return r < 0 ? r : 0;
}

static void tell(struct analysis *a, struct str path, enum err_code code, const char *what)
{
	struct err odd = {0};

	err_set(&odd, code, "%s", what);
	analysis_problem(a, "tar", str_sub(path, 0, 4096), &odd);
}

static bool is_fatal(const struct err *e)
{
	return e->code == ERR_NOMEM || e->code == ERR_CANCELED || e->code == ERR_IO;
}

int tar_scan(tar_block_fn *next_block, void *context, struct analysis *a, bool *ret_complete,
	     struct err *err)
{
	struct tar *tar = NULL;
	struct tar_entry entry;
	struct err problem = {0};
	int r = tar_open(next_block, context, &tar, &problem);

	while (r >= 0 && (r = tar_next(tar, &entry, &problem)) > 0) {
		if (entry.warning)
			tell(a, entry.path, ERR_FORMAT, entry.warning);
		if (entry.type == TAR_OTHER)
			tell(a, entry.path, ERR_UNSUPPORTED, "entry of an unknown type left out");
		else
			r = read_entry(tar, a, &entry, &problem);
	}
	tar_close(tar);
	if (r < 0 && is_fatal(&problem)) {
		if (err)
			*err = problem;
		return r;
	}
	if (r < 0)
		analysis_problem(a, "layer", STR_NULL, &problem);
	*ret_complete = r >= 0;
	return 0;
}
