/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes are metadata, or an error with a message, in both dialects. What was read has lists in
 * order, keys that can be opened or not, delegations that can be asked; and a root that nobody
 * signed is signed by nobody.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "trust/tuf/tuf_key.h"
#include "trust/tuf/tuf_path.h"
#include "trust/tuf/tuf_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_files(const struct tuf_metadata *m)
{
	for (size_t i = 0; i < m->n_files; i++) {
		const struct tuf_file *f = &m->files[i];

		assert(f->n_hashes <= TUF_HASHES_MAX && (f->has_hash || f->n_hashes == 0));
		assert(i == 0 || str_cmp(m->files[i - 1].name, f->name) < 0);
		assert(tuf_metadata_file(m, f->name) == f);
		(void)tuf_file_check(f, m->bytes, NULL);
	}
}

static void check_keys(const struct tuf_metadata *m)
{
	for (size_t i = 0; i < m->n_keys && i < 64; i++) {
		CLEANUP(public_key_freep) struct public_key *key = NULL;
		enum signature_scheme scheme;
		struct err err = {0};
		int r = tuf_key_open(m->dialect, &m->keys[i], STR("ecdsa"), &key, &scheme, &err);

		assert(tuf_metadata_key(m, m->keys[i].id) == &m->keys[i]);
		assert(r == 0 ? public_key_takes(key, scheme) : err.msg[0] != '\0');
	}
}

static void check_delegations(const struct tuf_metadata *m)
{
	struct arena a;
	struct str role;

	for (size_t i = 0; i < m->n_delegations && i < 64; i++) {
		const struct tuf_delegation *d = &m->delegations[i];

		assert(d->signers.threshold >= 1);
		assert(tuf_metadata_delegation(m, d->name) == d);
		(void)tuf_delegation_has(m->dialect, d, STR("team/a/b.txt"), NULL);
	}
	if (m->succinct.bit_length == 0)
		return;
	arena_init(&a, (size_t)1 << 24);
	if (tuf_succinct_role(&m->succinct, STR("a.txt"), &a, &role, NULL) == 0 &&
	    role.n < ERR_MSG_MAX)
		assert(tuf_succinct_has(&m->succinct, role));
	arena_done(&a);
}

static void check(enum tuf_dialect dialect, struct str bytes)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	struct err err = {0};

	if (tuf_metadata_parse(dialect, bytes, &m, &err) < 0) {
		assert(!m && err.code != ERR_OK && err.msg[0]);
		return;
	}
	assert(str_eq(m->bytes, bytes) && m->signed_bytes.n > 0);
	check_files(m);
	check_keys(m);
	check_delegations(m);
	for (int i = 0; i < TUF_TYPES && m->type == TUF_ROOT; i++)
		if (tuf_verify(m, &m->roles[i], m, STR("root"), &err) < 0)
			assert(err.code == ERR_DENIED || err.code == ERR_NOMEM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(TUF_MODERN, str_make(data, size));
	check(TUF_NOTARY, str_make(data, size));
	return 0;
}
