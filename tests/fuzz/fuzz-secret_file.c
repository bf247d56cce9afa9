/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that hold secrets: the first line is the path, the rest the file. Readers of whole files,
 * the rules that ship, keys in PEM, OpenPGP and DER, and Secrets of Kubernetes go over it. What is
 * found lies within the file and has a confidence from 0 to 1.
 */
#include <assert.h>

#include "base/limits.h"
#include "base/shipped.h"
#include "secret/secret_file.h"
#include "secret/secret_key.h"
#include "secret/secret_manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Once for all inputs. */
static struct secret_set *shipped(void)
{
	struct secret_set *set = NULL;

	assert(secret_set_new(&set, NULL) == 0);
	for (const struct shipped_file *f = shipped_files; f->name; f++)
		if (str_has_prefix(str_of(f->name), STR("secrets/")))
			assert(secret_set_add_pack(set, str_make(f->bytes, f->n), str_of(f->name),
						   NULL) == 0);
	assert(secret_set_compile(set, NULL) == 0);
	return set;
}

static void judge(struct str bytes, const struct secret_hit *hits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(hits[i].at <= bytes.n && hits[i].value.n <= bytes.n - hits[i].at);
		assert(hits[i].value.p == bytes.p + hits[i].at);
		assert(hits[i].confidence >= 0 && hits[i].confidence <= 1);
		assert(i == 0 || hits[i].at >= hits[i - 1].at);
	}
}

static bool on_value(void *context, struct str key, struct str value, double confidence)
{
	const struct str *bytes = context;

	assert(value.p >= bytes->p && value.p + value.n <= bytes->p + bytes->n);
	return key.n < 100 || confidence < 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct secret_set *set;
	static struct secret_scanner *scanner;
	struct vec found = VEC_INIT(struct secret_hit, LIMIT_SECRET_HITS);
	struct str bytes = str_make(data, size), path;
	struct secret_hits hits;
	size_t kind;

	if (size > 65536 || !str_pull_line(&bytes, &path) || bytes.n == 0)
		return 0;
	if (!set) {
		set = shipped();
		assert(secret_scanner_new(set, &scanner, NULL) == 0);
	}
	assert(secret_file_look(set, path, bytes, true, &found, NULL) == 0);
	judge(bytes, found.p, found.n);
	vec_done(&found);
	assert(secret_scan(scanner, bytes, SECRET_TEXT, &hits, NULL) == 0);
	judge(bytes, hits.p, hits.n);
	(void)secret_key_of_pem(bytes);
	(void)secret_key_of_packets(bytes);
	(void)secret_key_of_der(bytes);
	kind = str_find(bytes, STR("kind"));
	if (kind < bytes.n)
		assert(secret_manifest_each(bytes, 0, kind, on_value, &bytes) > kind);
	return 0;
}
