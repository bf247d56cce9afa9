/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure Linux and its forerunner CBL-Mariner as OVAL (oval.h): azurelinux-3.0-oval.xml,
 * cbl-mariner-2.0-oval.xml. The file's name says the release. Names are of source packages. What is
 * "Not Applicable" never affected the package.
 */
#include "base/path.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/oval.h"

static bool release_of(struct str path, struct ecosystem *ret)
{
	struct str name = path_base(path);
	char osv[64];
	const char *product = "Azure Linux";

	if (!str_has_suffix(name, STR("-oval.xml")))
		return false;
	name.n -= 9;
	if (str_pull_prefix(&name, STR("cbl-mariner-")))
		product = "CBL-Mariner";
	else if (!str_pull_prefix(&name, STR("azurelinux-")))
		return false;
	return name.n && name.n < 16 &&
	       snprintf(osv, sizeof osv, "%s:%.*s", product, STR_FMT(name)) > 0 &&
	       ecosystem_of_osv(str_of(osv), ret);
}

static bool claims(struct str path)
{
	struct ecosystem e;

	return release_of(path, &e);
}

static bool platform(struct str name, struct draft *d, struct str *ret_shard,
		     struct str *ret_channel)
{
	(void)name, (void)d, (void)ret_shard, (void)ret_channel;
	return false; /* "Package x is installed" is about the package */
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	static const struct oval_vendor vendor = {
		.feed = "azure-oval",
		.name = "Microsoft",
		.by_source = true,
		.ids_are_cves = true,
		.platform = platform,
	};
	struct ecosystem e;

	if (!release_of(file->path, &e))
		return err_set(err, ERR_FORMAT, "the name of the file does not say the release");
	return oval_read(file, &vendor, str_of(e.shard), sink, err);
}

const struct feed feed_azure_oval = {
	.id = "azure-oval",
	.title = "Azure Linux vulnerability data",
	.licence = "MIT",
	.url = "https://github.com/microsoft/AzureLinuxVulnerabilityData",
	.claims = claims,
	.read = read,
};
