/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX 1.6: one walk over the report for both of its encodings.
 *
 * The JSON and the XML form hold the same tree in the same order; an encoding brings the ops by
 * which a node is written. Names are those of the specification; where the encodings differ in
 * shape (properties, hashes, references) there is an op for it.
 *
 * What the document says: the image as metadata.component (type container), the operating system
 * and every package as components, the image's dependence on all of them, and a composition that
 * says whether the inventory is complete. Licences are SPDX ids, one SPDX expression, or names as
 * written.
 *
 * Findings, where the report has any, follow as vulnerabilities (cyclonedx_findings.h).
 *
 * Format: CycloneDX 1.6 (ECMA-424), https://cyclonedx.org/docs/1.6/. Not used: services,
 * evidence, signatures. `timestamp` is there only when the report has a time.
 */
#pragma once

#include "render/sbom.h"

struct cyclonedx_ops {
	/* A map under a key; a list under a key; a map that is an item of a list. */
	void (*open)(void *encoder, const char *name);
	void (*close)(void *encoder);
	void (*open_list)(void *encoder, const char *name);
	void (*close_list)(void *encoder);
	void (*open_item)(void *encoder, const char *name);
	/* Fields: XML writes the first kind as attributes, so they come first. */
	void (*attribute)(void *encoder, const char *name, struct str value);
	void (*text)(void *encoder, const char *name, struct str value);
	void (*number)(void *encoder, const char *name, double value); /* one decimal */
	/* A list of one word: "responses" of "response" in XML, the item's name is the key in JSON.
	 */
	void (*word)(void *encoder, const char *list, const char *item, struct str value);
	/* Items with a shape of their own. */
	void (*property)(void *encoder, const char *name, struct str value);
	void (*hash)(void *encoder, const char *algorithm, struct str hex);
	void (*reference)(void *encoder, const char *name, struct str ref);
	void (*expression)(void *encoder, struct str expression);
	void (*license)(void *encoder, const char *field, struct str value);
	/* "ref" and the list of what it depends on, each given by `reference`. */
	void (*open_dependency)(void *encoder, struct str ref);
	void (*close_dependency)(void *encoder);
};

/* Everything inside the document's outermost node, from metadata on. */
int cyclonedx_walk(const struct sbom *s, const struct cyclonedx_ops *ops, void *encoder,
		   struct err *err);
