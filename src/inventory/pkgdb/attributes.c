/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/attributes.h"

void attributes_add(struct attributes *attrs, const char *key, struct str value)
{
	size_t key_n = strlen(key);
	char *text;

	if (value.n == 0 || attrs->error)
		return;
	if (attrs->n == ATTRIBUTES_MAX || (attrs->last_key && strcmp(attrs->last_key, key) >= 0)) {
		attrs->error = ERR_BUG;
		return;
	}
	text = arena_alloc(attrs->arena, key_n + 1 + value.n);
	if (!text) {
		attrs->error = ERR_NOMEM;
		return;
	}
	memcpy(text, key, key_n);
	text[key_n] = '=';
	memcpy(text + key_n + 1, value.p, value.n);
	attrs->p[attrs->n++] = str_make(text, key_n + 1 + value.n);
	attrs->last_key = key;
}

int attributes_get(const struct attributes *attrs, struct str_list *ret, struct err *err)
{
	if (attrs->error == ERR_NOMEM)
		return err_nomem(err);
	if (attrs->error)
		return err_set(err, attrs->error, "attribute keys behind \"%s\"", attrs->last_key);
	*ret = (struct str_list){attrs->p, attrs->n};
	return 0;
}
