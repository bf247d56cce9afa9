/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oracle Linux's errata as OVAL (oval.h): com.oracle.elsa-all.xml.bz2, or of a year.
 *
 * Builds for Ksplice ("2:2.28-225.0.4.ksplice1.el8") and for FIPS ("10:3.6.16-4.0.1.el8_fips") have
 * streams of their own: their fixes are of the channels "ksplice" and "fips".
 */
#include "base/path.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/oval.h"

static bool claims(struct str path)
{
	return str_has_prefix(path_base(path), STR("com.oracle.elsa-")) &&
	       str_has_suffix(path, STR(".xml"));
}

static bool platform(struct str name, struct draft *d, struct str *ret_shard,
		     struct str *ret_channel)
{
	char osv[64];
	struct ecosystem e;

	(void)ret_channel;
	if (!str_pull_prefix(&name, STR("Oracle Linux ")) || name.n > 16)
		return false;
	(void)snprintf(osv, sizeof osv, "Oracle Linux:%.*s", STR_FMT(name)); /* fits */
	if (ecosystem_of_osv(str_of(osv), &e))
		*ret_shard = draft_keep(d, str_of(e.shard));
	return true;
}

static struct str channel(struct str evr)
{
	if (str_find(evr, STR(".ksplice")) < evr.n)
		return STR("ksplice");
	return str_find(evr, STR("_fips")) < evr.n ? STR("fips") : STR_NULL;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	static const struct oval_vendor vendor = {
		.feed = "oracle-oval",
		.name = "Oracle",
		.platform = platform,
		.channel_of_version = channel,
	};

	return oval_read(file, &vendor, STR_NULL, sink, err);
}

const struct feed feed_oracle_oval = {
	.id = "oracle-oval",
	.title = "Oracle Linux errata",
	.licence = "as published by Oracle",
	.url = "https://linux.oracle.com/security/oval/",
	.claims = claims,
	.read = read,
};
