/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TOML document; what is accepted can be walked to every leaf, and is registries.conf or a clear
 * error.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/toml.h"
#include "net/registries_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 64 * 1024 * 1024 };

/* Reads every byte of it; nesting is bounded by the parser. */
static size_t walk(const struct toml *v)
{
	size_t sum = v->line + v->key.n;

	for (size_t i = 0; i < v->key.n; i++)
		sum += (unsigned char)v->key.p[i];
	for (size_t i = 0; i < v->text.n; i++)
		sum += (unsigned char)v->text.p[i];
	for (const struct toml *m = toml_first(v); m; m = toml_next(m))
		sum += walk(m);
	return sum;
}

static void resolve(struct str bytes, struct arena *a)
{
	CLEANUP(registries_conf_freep) struct registries_conf *c = registries_conf_new();
	struct vec places = VEC_INIT(struct registry_place, LIMIT_MIRRORS + 1);
	struct vec names = VEC_INIT(struct str, LIMIT_REGISTRIES);

	if (c && registries_conf_parse(c, "fuzz", bytes, NULL) == 0) {
		(void)registries_conf_resolve(c, STR("docker.io"), STR("library/a"), a, &places,
					      NULL);			    /* a refusal is fine */
		(void)registries_conf_search(c, STR("a"), a, &names, NULL); /* as above */
	}
	vec_done(&places);
	vec_done(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size);
	const struct toml *root;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	if (toml_parse(bytes, &a, &root, NULL) == 0)
		assert(walk(root) > 0); /* lines count from 1 */
	resolve(bytes, &a);
	arena_done(&a);
	return 0;
}
