/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of OVAL 5 that advisories of rpm distributions are written in.
 *
 *     <definition class="patch"> <metadata> title, reference, severity, cve .. </metadata>
 *       <criteria operator="AND">
 *         <criterion comment="Oracle Linux 8 is installed" test_ref="..tst:1"/>
 *         <criteria operator="OR"> .. <criterion comment="bind is earlier than .." test_ref=".."/>
 *     <rpminfo_test id="..tst:1"> <object object_ref=".."/> <state state_ref=".."/>
 *     <rpminfo_object id="..obj:1"> <name>bind</name>
 *     <rpminfo_state id="..ste:1"> <evr operation="less than">32:9.11-1.el8</evr>
 *
 * Platforms, architectures and modules are known by the comments of their criteria, packages by
 * what tests, objects and states say: these follow the definitions, so that all of a file is kept,
 * in a compact form, until its end. What a criteria tree allows beyond that (negation, variables,
 * extended definitions) no distribution uses; it is a problem of the definition.
 *
 * Limits: feed_table_bytes for what is kept of one file.
 * Format: https://oval.mitre.org/language/version5.11/
 */
#pragma once

#include "vuln/feeds/rpm_rows.h"

struct oval_vendor {
	const char *feed;
	const char *name;  /* of the source of severities */
	bool by_source;	   /* names of source packages */
	bool ids_are_cves; /* a definition a CVE (and package): more of one id follow */
	/* "Oracle Linux 8" of "Oracle Linux 8 is installed". False: no name of a platform; true
	 * with an empty shard: one that is not read. */
	bool (*platform)(struct str name, struct draft *d, struct str *ret_shard,
			 struct str *ret_channel);
	/* What the version itself tells of a channel; may be NULL. */
	struct str (*channel_of_version)(struct str evr);
};

/* `shard`: of all definitions without a platform; empty: they must have one. */
int oval_read(const struct feed_file *file, const struct oval_vendor *vendor, struct str shard,
	      const struct feed_sink *sink, struct err *err);
