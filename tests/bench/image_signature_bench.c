/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long signatures by a key take to verify in a local layout: image_signature_bench [IMAGES]
 *
 * Images are made and signed here (found by digest, not by tag), each in the form of cosign's tag
 * .sig. Printed are the median time of one image whose layout is opened for it, and the time of all
 * images of one layout, on as many threads as there are cores, each with its own view of the
 * layout.
 */
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "crypto/secret_key.h"
#include "trust/cosign/sign.h"
#include "trust/image_signatures.h"

#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define NOW	      1700000000
#define ROUNDS	      101
#define THREADS_MAX   64

struct bench {
	char dir[64];
	struct arena arena;
	struct str *digests;
	size_t n;
	struct trust_key key;
	struct trust_wants wants;
	atomic_size_t next, bad;
};

static int put_image(struct artifact_store *store, size_t i, struct arena *a, struct artifact *ret,
		     struct err *err)
{
	struct artifact config = {.media_type = STR("application/vnd.oci.image.config.v1+json")};
	struct artifact_put put = {.media_type = STR(TYPE_MANIFEST)};
	char digest[DIGEST_TEXT_MAX];
	int r = artifact_store_put_bytes(store, arena_strf(a, "{\"n\":%zu}", i), a, &config, err);

	put.bytes =
		arena_strf(a,
			   "{\"schemaVersion\":2,\"mediaType\":\"" TYPE_MANIFEST
			   "\",\"config\":{\"mediaType\":\"%.*s\",\"digest\":\"%.*s\",\"size\":"
			   "%d},\"layers\":[]}",
			   STR_FMT(config.media_type), STR_FMT(config.digest), (int)config.size);
	if (r == 0)
		r = artifact_store_put_manifest(store, &put, digest, err);
	*ret = (struct artifact){.media_type = put.media_type,
				 .digest = arena_str(a, str_of(digest)),
				 .size = put.bytes.n};
	return r;
}

static int make(struct bench *b, const struct secret_key *key, struct err *err)
{
	struct artifact_store *store = NULL;
	struct cosign_signing how = {.key = key, .now = NOW, .arena = &b->arena};
	struct cosign_made made;
	int r = artifact_store_layout(b->dir, true, &store, err);

	how.store = store;
	how.reference = STR("example.com/app");
	for (size_t i = 0; i < b->n && r == 0; i++) {
		r = put_image(store, i, &b->arena, &how.subject, err);
		if (r == 0)
			r = cosign_sign(&how, COSIGN_FORM_LAYER, &made, err);
		b->digests[i] = how.subject.digest;
	}
	artifact_store_free(store);
	return r;
}

static bool verify(const struct bench *b, struct artifact_store *store, size_t i)
{
	struct verification v;
	struct arena arena;
	struct err err = {0};
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	verification_init(&v, &arena, STR("image"), NOW);
	v.digest = b->digests[i];
	r = image_signatures_verify(store, &b->wants, &v, &err);
	if (r == 0)
		r = verification_accept(&v, &err);
	if (r < 0)
		fprintf(stderr, "%s\n", err.msg);
	verification_done(&v);
	arena_done(&arena);
	return r == 0;
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool one_image(struct bench *b)
{
	uint64_t took[ROUNDS];
	bool good = true;

	for (size_t i = 0; i < ROUNDS; i++) {
		struct artifact_store *store = NULL;
		uint64_t start = clock_monotonic_ns();

		good &= artifact_store_layout(b->dir, false, &store, NULL) == 0 &&
			verify(b, store, 0);
		artifact_store_free(store);
		took[i] = clock_monotonic_ns() - start;
	}
	qsort(took, ROUNDS, sizeof took[0], by_size);
	printf("one image signed by a key, layout of %zu: median %.3f ms\n", b->n,
	       (double)took[ROUNDS / 2] / 1e6);
	return good;
}

static void *work(void *ctx)
{
	struct bench *b = ctx;
	struct artifact_store *store = NULL;
	size_t i;

	if (artifact_store_layout(b->dir, false, &store, NULL) < 0) {
		atomic_fetch_add(&b->bad, 1);
		return NULL;
	}
	while ((i = atomic_fetch_add(&b->next, 1)) < b->n)
		if (!verify(b, store, i))
			atomic_fetch_add(&b->bad, 1);
	artifact_store_free(store);
	return NULL;
}

static bool all_images(struct bench *b)
{
	int n = get_nprocs() < THREADS_MAX ? get_nprocs() : THREADS_MAX;
	uint64_t start = clock_monotonic_ns();
	pthread_t threads[THREADS_MAX];
	int made = 0;

	while (made < n && pthread_create(&threads[made], NULL, work, b) == 0)
		made++;
	for (int i = 0; i < made; i++)
		(void)pthread_join(threads[i], NULL); /* they always end */
	printf("%zu images signed by a key, %d threads: %.3f s\n", b->n, made,
	       (double)(clock_monotonic_ns() - start) / 1e9);
	return made > 0 && b->bad == 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static bool measure(size_t images)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	struct bench b = {.dir = "/tmp/plimsoll-bench-XXXXXX", .n = images};
	struct err err = {0};
	bool good = false;

	arena_init(&b.arena, LIMIT_VERIFY_ARENA_BYTES);
	b.digests = arena_array(&b.arena, images, sizeof *b.digests);
	if (b.digests && mkdtemp(b.dir) && secret_key_generate(KEY_EC_P256, 0, &key, &err) == 0) {
		b.key = (struct trust_key){secret_key_public(key), STR("bench.pub")};
		b.wants = (struct trust_wants){.keys = &b.key, .n_keys = 1};
		good = make(&b, key, &err) == 0 && one_image(&b) && (images == 1 || all_images(&b));
		(void)nftw(b.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	}
	if (!good)
		fprintf(stderr, "image_signature_bench: %s\n", err.msg);
	arena_done(&b.arena);
	return good;
}

int main(int argc, char **argv)
{
	uint64_t images = 1000;

	if (argc > 1 && (!str_parse_u64(str_of(argv[1]), &images) || images < 1))
		return 2;
	return measure(1) && measure(images) ? 0 : 1;
}
