/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/vendor.h"

#include "base/cleanup.h"

/* Beginnings of the VENDOR tags of a distribution's own packages, by the key of its release. */
static const struct {
	const char *distro;
	const char *vendor;
} own[] = {
	{"almalinux", "AlmaLinux"},
	{"amazonlinux", "Amazon"},
	{"azurelinux", "Microsoft"},
	{"centos", "CentOS"},
	{"centos", "Red Hat"},
	{"centos-stream", "CentOS"},
	{"centos-stream", "Red Hat"},
	{"fedora", "Fedora"},
	{"mariner", "Microsoft"},
	{"openeuler", "http://openeuler.org"},
	{"opensuse", "openSUSE"},
	{"opensuse", "SUSE"},
	{"oraclelinux", "Oracle"},
	{"photon", "VMware"},
	{"photon", "Broadcom"},
	{"rhel", "Red Hat"},
	{"rocky", "Rocky"},
	{"sl-micro", "SUSE"},
	{"sles", "SUSE"},
	{"sles", "openSUSE"},
};

/* "opensuse-leap-15.5" is of "opensuse", "centos-stream-9" of "centos-stream" and of "centos". */
static bool is_of(struct str release, const char *distro)
{
	return str_pull_prefix(&release, str_of(distro)) && (release.n == 0 || *release.p == '-');
}

static bool has_prefix_nocase(struct str s, const char *prefix)
{
	return str_eq_nocase(str_sub(s, 0, strlen(prefix)), str_of(prefix));
}

bool vendor_is_foreign(const struct distro *d, const struct package *p)
{
	bool is_listed = false;

	if (!str_is(p->type, "rpm") || p->vendor.n == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		if (!is_of(d->release, own[i].distro) && !is_of(d->base_release, own[i].distro))
			continue;
		if (has_prefix_nocase(p->vendor, own[i].vendor))
			return false;
		is_listed = true;
	}
	return is_listed;
}

static bool has_word(struct str s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.n; i++)
		if (str_eq_nocase(str_sub(s, i, n), str_of(word)))
			return true;
	return false;
}

static bool has_any(struct str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has_word(s, words[i]))
			return true;
	return false;
}

/* In versions of apt.postgresql.org, NodeSource, Launchpad's personal archives. */
static const char *const version_marks[] = {"pgdg", "nodesource", "~ppa", ".ppa", "+ppa"};

/* In maintainers of vendors who serve debs from a repository of their own. */
static const char *const maintainer_marks[] = {
	"@docker.com", "nodesource",	    "nginx packaging", "@nginx.com",	"@f5.com",
	"@mongodb",    "@elastic.co",	    "@hashicorp.com",  "@gitlab.com",	"@grafana.com",
	"@mariadb",    "@percona.com",	    "@oracle.com",     "@nvidia.com",	"@influxdata.com",
	"@google.com", "chrome linux team", "@microsoft.com",  "launchpad ppa",
};

/* Who maintains packages of Ubuntu: its builds write their own name into those from Debian. */
static const char *const ubuntu_marks[] = {"ubuntu", "canonical", "debian"};

bool vendor_is_doubtful(const struct distro *d, const struct package *p)
{
	if (!str_is(p->type, "deb"))
		return false;
	if (has_any(p->version, version_marks, ARRAY_LEN(version_marks)) ||
	    has_any(p->vendor, maintainer_marks, ARRAY_LEN(maintainer_marks)))
		return true;
	return is_of(d->release, "ubuntu") && p->vendor.n &&
	       !has_any(p->vendor, ubuntu_marks, ARRAY_LEN(ubuntu_marks));
}
