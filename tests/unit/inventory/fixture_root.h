/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small root file system from tests/fixtures, loaded into memory.
 *
 *     struct fixture_root root;
 *     if (fixture_root_load(&root, "pkgdb/apk/root")) ...   false when there is no such directory
 *     root.files[i].path, .bytes                            sorted by path
 *     fixture_root_done(&root);
 */
#pragma once

#include <dirent.h>

#include "base/fd.h"
#include "tests/unit/inventory/recording_sink.h"

#define FIXTURE_FILES_MAX 64

struct fixture_root {
	struct recorded_file files[FIXTURE_FILES_MAX];
	size_t n;
	struct arena arena;
};

static inline struct str fixture_path(struct arena *a, const char *below_fixtures)
{
	const char *base = getenv("PLIMSOLL_FIXTURES");

	return arena_strf(a, "%s/%s", base ? base : "tests/fixtures", below_fixtures);
}

static inline struct str fixture_read(struct arena *a, const char *path)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct err err = {0};

	if (file_read(path, &sb, &err) < 0)
		fail_msg("%s", err.msg);
	return arena_str(a, strbuf_str(&sb));
}

/* `inside` is the path from the root, empty for the root itself. */
static inline bool fixture_walk(struct fixture_root *root, struct str top, struct str inside)
{
	struct str real = arena_strf(&root->arena, "%s/%s", top.p, inside.p);
	struct dirent **names;
	int n = scandir(real.p, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		struct str path =
			arena_strf(&root->arena, "%s%s%s", inside.p, inside.n ? "/" : "", name);

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		    !fixture_walk(root, top, path)) {
			assert_true(root->n < FIXTURE_FILES_MAX);
			root->files[root->n++] = (struct recorded_file){
				path,
				fixture_read(&root->arena,
					     arena_strf(&root->arena, "%s/%s", top.p, path.p).p)};
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return n >= 0;
}

static inline bool fixture_root_load(struct fixture_root *root, const char *below_fixtures)
{
	*root = (struct fixture_root){0};
	arena_init(&root->arena, LIMIT_ARENA_BYTES);
	return fixture_walk(root, fixture_path(&root->arena, below_fixtures), STR(""));
}

static inline void fixture_root_done(struct fixture_root *root)
{
	arena_done(&root->arena);
}
