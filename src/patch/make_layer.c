/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/make_layer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "patch/deb_record.h"

struct making {
	const struct layout *layout;
	const struct fix_plan *plan; /* NULL: a squash */
	const struct tool_options *options;
	const struct root_write_options *time;
	size_t n_kept;
	struct str_list removed;
	struct made_layer made;
};

static int apply_layers(struct root *root, const struct making *m, int blobs, size_t from,
			size_t to, struct err *err)
{
	int r = 0;

	for (size_t i = from; i < to && r == 0; i++) {
		struct stream *tar = NULL;

		r = layout_open_tar(blobs, &m->layout->layers[i], &tar, err);
		if (r == 0)
			r = root_apply(root, tar, err);
		if (r < 0)
			err_wrap(err, r, "layer %zu", i + 1);
	}
	return r;
}

/* ---- what changes it ---- */

static int run_tool(struct jail_inside *in, struct root *root, struct making *m, struct err *err)
{
	struct arena arena;
	struct tool_run run = {in, root, m->plan, m->options, &arena};
	const struct tool *tool = tool_find(root, m->plan->type);
	int r;

	if (!tool && str_is(m->plan->type, "deb")) {
		(void)snprintf(m->made.tool, sizeof m->made.tool, "unpacked");
		return deb_record_all(root, "/scratch/archives", err);
	}
	if (!tool)
		return err_set(err, ERR_UNSUPPORTED,
			       "the image has no package manager for its %.*s packages",
			       STR_FMT(m->plan->type));
	(void)snprintf(m->made.tool, sizeof m->made.tool, "%s", tool->id);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = tool->fix(&run, err);
	arena_done(&arena);
	return r == 0 ? root_refresh(root, tool->leavings, err) : r;
}

static int remove_paths(struct root *root, const struct making *m, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < m->removed.n && r == 0; i++) {
		r = root_remove(root, m->removed.p[i], err);
		if (r < 0)
			err_wrap(err, r, "--remove");
	}
	return r;
}

static int change(struct jail_inside *in, struct root *root, struct making *m, int blobs,
		  struct err *err)
{
	int r;

	if (m->plan)
		return run_tool(in, root, m, err);
	r = apply_layers(root, m, blobs, m->n_kept, m->layout->n_layers, err);
	return r == 0 ? remove_paths(root, m, err) : r;
}

/* ---- in the jail ---- */

static int write_layer(struct root *root, struct making *m, int blobs, struct err *err)
{
	CLEANUP(layer_file_freep) struct layer_file *file = NULL;
	int r = layer_file_open(&file, blobs, err);

	if (r == 0)
		r = root_write(root, m->time, layer_file_sink, file, &m->made.stats, err);
	if (r < 0)
		return r;
	m->made.has_layer = m->made.stats.n_entries + m->made.stats.n_whiteouts > 0;
	return m->made.has_layer ? layer_file_commit(file, &m->made.file, err) : 0;
}

static int open_folder(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? err_errno(err, errno, "open %s", path) : fd;
}

static int make(struct jail_inside *in, void *context, struct err *err)
{
	struct making *m = context;
	CLEANUP(fd_closep) int folder = open_folder("/root", err);
	CLEANUP(fd_closep) int blobs = folder < 0 ? -1 : open_folder("/image/blobs/sha256", err);
	CLEANUP(root_freep) struct root *root = NULL;
	int r = blobs < 0 ? -ERR_IO : root_new(folder, &root, err);

	m->made.has_owners = jail_has_owners(in);
	if (r == 0)
		r = apply_layers(root, m, blobs, 0, m->n_kept, err);
	if (r == 0)
		r = root_seal(root, err);
	if (r == 0)
		r = change(in, root, m, blobs, err);
	return r == 0 ? write_layer(root, m, blobs, err) : r;
}

/* What the jail's process writes there, this one reads. */
static int make_apart(const char *dir, const struct making *m, struct made_layer *ret,
		      struct err *err)
{
	struct making *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r;

	if (shared == MAP_FAILED)
		return err_nomem(err);
	*shared = *m;
	r = jail_run(dir, make, shared, err);
	if (r == 0)
		*ret = shared->made;
	(void)munmap(shared, sizeof *shared);
	return r;
}

int make_patch_layer(const char *dir, const struct layout *layout, const struct fix_plan *plan,
		     const struct tool_options *options, const struct root_write_options *time,
		     struct made_layer *ret, struct err *err)
{
	const struct making m = {.layout = layout,
				 .plan = plan,
				 .options = options,
				 .time = time,
				 .n_kept = layout->n_layers};

	return make_apart(dir, &m, ret, err);
}

int make_squash_layer(const char *dir, const struct layout *layout, size_t n_kept,
		      struct str_list removed, const struct root_write_options *time,
		      struct made_layer *ret, struct err *err)
{
	const struct making m = {
		.layout = layout, .n_kept = n_kept, .removed = removed, .time = time};

	return make_apart(dir, &m, ret, err);
}
