/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long one Sigstore bundle takes to verify offline: verify_bench [BUNDLE ROOT DIGEST]
 *
 * Bundles of a CA and logs made here, keyless and by key, of Rekor v1 and v2, or one that is given
 * with its trusted root and the digest of what it is about. The trusted root is read once; each
 * round reads a bundle and verifies it. Printed are the median and the slowest of ROUNDS, in
 * milliseconds of the processor.
 */
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "tests/unit/test_sigstore.h"
#include "trust/sigstore/bundle_verify.h"

#define ROUNDS 501

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int once(struct str text, struct signed_file artifact, const struct sigstore_wants *wants,
		struct err *err)
{
	CLEANUP(bundle_done) struct bundle bundle = {0};
	struct trail trail = {0};
	struct claim claim;
	struct arena arena;
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	trail.arena = &arena;
	r = bundle_parse(text, &arena, &bundle, err);
	if (r == 0)
		r = bundle_verify(&bundle, &artifact, wants, &trail, &claim, err);
	arena_done(&arena);
	return r;
}

static int measure(const char *what, struct str text, struct signed_file artifact,
		   const struct sigstore_wants *wants)
{
	static double took[ROUNDS];
	struct err err = {0};

	for (size_t i = 0; i < ROUNDS; i++) {
		double start = now_ms();

		if (once(text, artifact, wants, &err) < 0) {
			fprintf(stderr, "%s: %s\n", what, err.msg);
			return 1;
		}
		took[i] = now_ms() - start;
	}
	qsort(took, ROUNDS, sizeof *took, by_size);
	printf("%-28s %6.2f ms (slowest %.2f)\n", what, took[ROUNDS / 2], took[ROUNDS - 1]);
	return 0;
}

static int made_here(void)
{
	static const struct {
		const char *what;
		struct test_bundle_plan plan;
	} rows[] = {
		{"keyless, Rekor v1", {.stamped = false}},
		{"keyless, Rekor v2, timestamp", {.rekor2 = true}},
		{"keyless, attestation", {.envelope = true}},
		{"by key, Rekor v1", {.keyed = true}},
	};
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(TEST_TEXT_MAX);
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(TEST_TEXT_MAX);
	CLEANUP(strbuf_done) struct strbuf spki = STRBUF_INIT(8192);
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct identity_wanted who = {.name = STR(TEST_IDENTITY), .issuer = STR(TEST_ISSUER)};
	struct signed_file artifact = {.bytes = STR(TEST_MESSAGE), .has_bytes = true};
	struct test_sigstore s;
	int failed = 0;

	test_sigstore_make(&s);
	test_sigstore_root(&s, FAULT_NONE, &json);
	test_add_spki(&spki, s.signer);
	if (trusted_root_parse(strbuf_str(&json), &root, NULL) < 0 ||
	    public_key_parse(strbuf_str(&spki), &key, NULL) < 0)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sigstore_wants wants = {.root = root, .now = TEST_TIME};

		wants.key = rows[i].plan.keyed ? key : NULL;
		wants.identities = &who;
		wants.n_identities = 1;
		test_sigstore_bundle(&s, &rows[i].plan, &text);
		failed |= measure(rows[i].what, strbuf_str(&text), artifact, &wants);
	}
	test_sigstore_done(&s);
	return failed;
}

static int given(char **argv)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(BUNDLE_BYTES_MAX);
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(TRUSTED_ROOT_BYTES_MAX);
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	struct sigstore_wants wants = {.any_identity = true, .now = (int64_t)time(NULL)};
	struct digest_value digest;
	struct err err = {0};

	if (file_read(argv[1], &text, &err) < 0 || file_read(argv[2], &json, &err) < 0 ||
	    trusted_root_parse(strbuf_str(&json), &root, &err) < 0 ||
	    digest_parse(str_of(argv[3]), &digest, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	wants.root = root;
	return measure(argv[1], strbuf_str(&text), signed_file_of_digest(&digest), &wants);
}

int main(int argc, char **argv)
{
	return argc == 4 ? given(argv) : made_here();
}
