/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/trust_store.h"

#include "base/cleanup.h"

void notation_trust_store_done(struct notation_trust_store *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free((char *)all->stores[i].name.p);
		certificate_list_done(&all->stores[i].certificates);
	}
	free(all->stores);
	*all = (struct notation_trust_store){0};
}

static struct notation_store *find(const struct notation_trust_store *all,
				   enum notation_store_type type, struct str name)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->stores[i].type == type && str_eq(all->stores[i].name, name))
			return &all->stores[i];
	return NULL;
}

const struct notation_store *notation_trust_store_find(const struct notation_trust_store *all,
						       const struct notation_store_name *name)
{
	return find(all, name->type, name->name);
}

static int make(struct notation_trust_store *all, enum notation_store_type type, struct str name,
		struct notation_store **ret, struct err *err)
{
	struct notation_store *s;

	if (all->n == NOTATION_TRUST_STORES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d trust stores",
			       NOTATION_TRUST_STORES_MAX);
	s = reallocarray(all->stores, all->n + 1, sizeof *s);
	if (!s)
		return err_nomem(err);
	all->stores = s;
	s += all->n;
	*s = (struct notation_store){.type = type, .name = {str_dup(name), name.n}};
	if (!s->name.p)
		return err_nomem(err);
	all->n++;
	*ret = s;
	return 0;
}

static int check(const struct certificate *cert, enum notation_store_type type, struct err *err)
{
	bool is_root = certificate_is_self_signed(cert);

	if (type == NOTATION_STORE_TSA ? !(is_root && certificate_is_ca(cert))
				       : !(is_root || certificate_is_ca(cert)))
		return err_set(err, ERR_DENIED, "the certificate \"%.*s\" is no root%s",
			       STR_FMT(certificate_subject(cert)),
			       type == NOTATION_STORE_TSA ? " of a CA" : ", nor of a CA");
	return 0;
}

int notation_trust_store_add(struct notation_trust_store *all, enum notation_store_type type,
			     struct str name, struct str bytes, struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list certs = {0};
	struct notation_store *s = find(all, type, name);
	int r = certificate_list_parse(bytes, NOTATION_STORE_CERTIFICATES_MAX, &certs, err);

	if (r == 0 && certs.n == 0)
		r = err_set(err, ERR_FORMAT, "no certificate");
	if (r == 0 && !s)
		r = make(all, type, name, &s, err);
	for (size_t i = 0; i < certs.n && r == 0; i++) {
		r = check(certs.p[i], type, err);
		if (r == 0)
			r = certificate_list_add(&s->certificates, certificate_der(certs.p[i]),
						 err);
	}
	return r;
}
