/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON of images: the first byte says which kind the rest is: a manifest, an index, a config,
 * the manifest.json of a docker-archive, or the config in one.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "image/manifest.h"
#include "image/sources/archive.h"

#define KINDS 5
#define HEX   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static int add_file(struct archive_index *ix, struct str name, struct str bytes)
{
	struct tar_entry e = {.path = name, .type = TAR_FILE, .size = bytes.n};
	struct archive_member *m = NULL;
	int r = archive_add(ix, &e, &m, NULL);

	return r < 0 ? r : archive_keep(ix, m, bytes, NULL);
}

static int read_archive(struct str manifest, struct str config, struct err *err)
{
	static const char *const choices[] = {NULL, "demo:1", "c.json"};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct source_request q = {.location = "x", .choice = choices[i]};
		CLEANUP(source_closep) struct source *src = source_new(NULL, "x");

		if (!src || archive_index_new(&src->members, NULL) < 0 ||
		    add_file(src->members, STR("manifest.json"), manifest) < 0 ||
		    add_file(src->members, STR("c.json"), config) < 0 ||
		    add_file(src->members, STR("layer.tar"), STR("x")) < 0)
			abort();
		r = archive_fill(src, &q, ARCHIVE_DOCKER, err);
		for (size_t k = 0; r == 0 && k < src->n_layers; k++)
			if (!src->layers[k].member)
				abort();
	}
	return r;
}

static int parse(unsigned kind, struct str in, struct arena *a, struct err *err)
{
	static const struct str config =
		STR("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
		    "\"diff_ids\":[\"sha256:" HEX "\"]}}");
	static const struct str manifest = STR("[{\"Config\":\"c.json\",\"RepoTags\":[\"demo:1\"],"
					       "\"Layers\":[\"layer.tar\"]}]");
	struct image_config image;
	struct image_index index;
	struct manifest m;

	switch (kind % KINDS) {
	case 0:
		return manifest_parse(in, a, &m, err);
	case 1:
		return index_parse(in, a, &index, err);
	case 2:
		return image_config_parse(in, a, &image, err);
	case 3:
		return read_archive(in, config, err);
	default:
		return read_archive(manifest, in, err);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct arena arena;

	if (size == 0)
		return 0;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (parse(data[0], str_make(data + 1, size - 1), &arena, &err) < 0 && !err.msg[0])
		abort(); /* an error says what is wrong */
	arena_done(&arena);
	return 0;
}
