/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is attached to an image, all of it by a hostile hand. The first byte chooses:
 *
 *     m  a manifest or an index     p  an attestation, for its predicate    s  an SBOM, for its
 * type a  a store: documents apart by a NUL; the first is the list of referrers, the second the
 * index at the fallback tag, the third what stands at .sig, all others manifests that are found by
 *        their digests
 */
#include <assert.h>

#include "base/limits.h"
#include "trust/attach.h"
#include "trust/attachment_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_DOCUMENTS = 16 };

struct fake {
	struct artifact_store store;
	struct str documents[N_DOCUMENTS];
	char digests[N_DOCUMENTS][DIGEST_TEXT_MAX];
	size_t n;
};

static int get_manifest(struct artifact_store *s, struct str version, struct registry_manifest *ret,
			struct err *err)
{
	const struct fake *f = (const struct fake *)s;

	for (size_t i = 0; i < f->n; i++) {
		bool is_tag = (i == 1 && version.n == 71 && version.p[6] == '-') ||
			      (i == 2 && str_has_suffix(version, STR(".sig")));

		if (!is_tag && !str_is(version, f->digests[i]))
			continue;
		strbuf_add(&ret->bytes, f->documents[i]);
		(void)snprintf(ret->digest, sizeof ret->digest, "%s", f->digests[i]);
		return strbuf_check(&ret->bytes, err);
	}
	return err_set(err, ERR_NOT_FOUND, "nothing");
}

static int open_blob(struct artifact_store *s, const struct artifact *d, struct stream **ret,
		     struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "nothing");
}

static int referrers(struct artifact_store *s, struct str digest, struct str type, struct arena *a,
		     struct artifact_list *ret, bool *ret_known, struct err *err)
{
	const struct fake *f = (const struct fake *)s;
	struct artifact_manifest index;
	int r = artifact_manifest_parse(f->documents[0], a, &index, err);

	*ret_known = r == 0;
	if (r == 0)
		*ret = (struct artifact_list){index.manifests, index.n_manifests};
	return r == -ERR_NOMEM ? r : 0;
}

static void check_tree(struct str in)
{
	static const struct artifact_store_ops ops = {
		.manifest = get_manifest, .open_blob = open_blob, .referrers = referrers};
	struct fake f = {.store = {.ops = &ops, .transport = "fake"}};
	struct attachment_tree tree = {0};
	struct digest_value value;
	struct str one;

	while (f.n < N_DOCUMENTS && str_pull_until(&in, '\0', &one)) {
		f.documents[f.n] = one;
		if (digest_of(one, &value, NULL) < 0)
			return;
		(void)digest_format(&value, f.digests[f.n++]);
	}
	if (f.n < 4)
		return;
	if (attachment_tree_read(&f.store, str_of(f.digests[3]), &tree, NULL) == 0)
		assert(tree.n_nodes <= LIMIT_TREE_NODES);
	attachment_tree_done(&tree);
}

static void check_manifest(struct str in, struct arena *a)
{
	struct artifact_manifest m;

	if (artifact_manifest_parse(in, a, &m, NULL) < 0)
		return;
	(void)attachment_kind_of(&m); /* any is fine */
	for (size_t i = 0; i < m.annotations.n; i++) {
		CLEANUP(freep) char *key = str_dup(m.annotations.p[i].key);

		if (key && strlen(key) == m.annotations.p[i].key.n)
			assert(artifact_annotation(&m.annotations, key).p ==
			       m.annotations.p[i].value.p);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size);
	struct arena arena;

	if (size == 0)
		return 0;
	arena_init(&arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	switch (in.p[0]) {
	case 'm':
		check_manifest(str_skip(in, 1), &arena);
		break;
	case 'p':
		(void)attestation_predicate(str_skip(in, 1), &arena); /* any is fine */
		break;
	case 's':
		(void)attach_sbom_type(str_skip(in, 1)); /* as above */
		break;
	case 'a':
		check_tree(str_skip(in, 1));
		break;
	}
	arena_done(&arena);
	return 0;
}
