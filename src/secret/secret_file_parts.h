/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of secret files share; for nobody else. */
#pragma once

#include "secret/secret_file.h"

struct secret_look {
	const struct secret_set *set;
	struct str path, bytes;
	bool is_whole;
	bool is_full; /* a hit found no place */
	struct vec *hits;
};

#define SURE_BY_FORM 0.95 /* the format says what it is */
#define SURE_BY_NAME 0.85 /* the file's name says it, the value fits */

/* The value borrows from look->bytes; an empty one is none. */
void secret_look_add(struct secret_look *look, enum secret_file_kind kind, struct str value,
		     double confidence);
/* The same of what people write: placeholders are none. */
void secret_look_add_text(struct secret_look *look, enum secret_file_kind kind, struct str value,
			  double confidence);

/* Lines: secret_file_text.c. */
void secret_look_pgpass(struct secret_look *look);
void secret_look_netrc(struct secret_look *look);
void secret_look_ini(struct secret_look *look);
void secret_look_hashes(struct secret_look *look);
void secret_look_single(struct secret_look *look);
void secret_look_jenkins(struct secret_look *look);

/* JSON and YAML: secret_file_tree.c. */
void secret_look_kubeconfig(struct secret_look *look);
void secret_look_terraform(struct secret_look *look);
void secret_look_ethereum(struct secret_look *look);
void secret_look_electrum(struct secret_look *look);

/* Binary: secret_file_binary.c. */
void secret_look_keystore(struct secret_look *look);
void secret_look_der(struct secret_look *look);
void secret_look_gpg(struct secret_look *look);
void secret_look_wallet(struct secret_look *look);
void secret_look_keepass(struct secret_look *look);
