/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of a key on a PKCS #11 token.
 *
 *     CLEANUP(pkcs11_uri_done) struct pkcs11_uri uri = {0};
 *     r = pkcs11_uri_parse(STR("pkcs11:token=release;object=image-key"), &uri, err);
 *
 * Read strictly: an attribute that is not known here, or stands twice, is refused, since it could
 * be what tells two keys apart.
 *
 * Ownership: the values are in uri->bytes. Errors: ERR_FORMAT, ERR_UNSUPPORTED (module-name, vendor
 * attributes), ERR_DENIED (pin-value), ERR_LIMIT, ERR_NOMEM. Format: RFC 7512.
 */
#pragma once

#include "base/strbuf.h"

#define PKCS11_URI_BYTES_MAX 4096

enum pkcs11_attribute {
	PKCS11_TOKEN,
	PKCS11_MANUFACTURER,
	PKCS11_SERIAL,
	PKCS11_MODEL,
	PKCS11_SLOT_MANUFACTURER,
	PKCS11_SLOT_DESCRIPTION,
	PKCS11_SLOT_ID,
	PKCS11_OBJECT,
	PKCS11_ID,
	PKCS11_TYPE,
	PKCS11_MODULE_PATH,
	PKCS11_PIN_SOURCE, /* the path of a file */
	PKCS11_ATTRIBUTES,
};

struct pkcs11_uri {
	struct strbuf bytes;
	bool has[PKCS11_ATTRIBUTES];
	struct str value[PKCS11_ATTRIBUTES];
};

int pkcs11_uri_parse(struct str text, struct pkcs11_uri *ret, struct err *err);
void pkcs11_uri_done(struct pkcs11_uri *uri);
