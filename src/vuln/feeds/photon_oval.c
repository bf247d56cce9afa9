/* SPDX-License-Identifier: Apache-2.0 */
/* Photon OS's advisories as OVAL (oval.h): com.vmware.phsa-photon3.xml.gz. */
#include "base/path.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/oval.h"

static bool claims(struct str path)
{
	return str_has_prefix(path_base(path), STR("com.vmware.phsa-photon")) &&
	       str_has_suffix(path, STR(".xml"));
}

static bool platform(struct str name, struct draft *d, struct str *ret_shard,
		     struct str *ret_channel)
{
	char osv[64];
	struct ecosystem e;

	(void)ret_channel;
	if (!str_pull_prefix(&name, STR("Photon OS ")) || name.n > 16)
		return false;
	(void)snprintf(osv, sizeof osv, "Photon OS:%.*s", STR_FMT(name)); /* fits */
	if (ecosystem_of_osv(str_of(osv), &e))
		*ret_shard = draft_keep(d, str_of(e.shard));
	return true;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	static const struct oval_vendor vendor = {
		.feed = "photon-oval",
		.name = "Photon",
		.platform = platform,
	};

	return oval_read(file, &vendor, STR_NULL, sink, err);
}

const struct feed feed_photon_oval = {
	.id = "photon-oval",
	.title = "Photon OS advisories",
	.licence = "as published by Broadcom",
	.url = "https://packages.broadcom.com/photon/photon_oval_definitions/",
	.claims = claims,
	.read = read,
};
