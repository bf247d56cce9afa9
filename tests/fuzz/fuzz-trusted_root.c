/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trusted root that is taken has keys for all of its logs, and certificates for all of its CAs.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "trust/sigstore/trusted_root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_authorities(const struct trusted_ca *cas, size_t n, bool stamps)
{
	for (size_t i = 0; i < n; i++)
		assert(cas[i].chain.n > 0 && !cas[i].timestamps == !stamps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	struct err err = {0};

	if (trusted_root_parse(str_make(data, size), &root, &err) < 0) {
		assert(err.msg[0] && !root);
		return 0;
	}
	for (size_t i = 0; i < root->n_logs; i++)
		assert(root->logs[i].key && root->logs[i].id.n >= 4 &&
		       public_key_takes(root->logs[i].key, root->logs[i].scheme));
	for (size_t i = 0; i < root->n_ct_logs; i++)
		assert(root->ct_logs[i].key);
	check_authorities(root->cas, root->n_cas, false);
	check_authorities(root->tsas, root->n_tsas, true);
	return 0;
}
