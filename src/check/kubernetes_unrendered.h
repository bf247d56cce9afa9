/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that make manifests but are none yet: templates of Helm, and what a kustomization.yaml lays
 * over other files.
 *
 *     if (is_helm_template(bytes, parses)) ...             {{ .Values.image }}
 *     struct str chart = helm_chart_of(path);              "web" of web/templates/a/deployment.yaml
 *     r = kustomize_patches(root, path, &arena, &list, err);
 *
 * Both are told, not judged: a template is no YAML, and a patch lacks what the file it is about
 * has.
 *
 * Ownership: paths of patches are made in the arena. Errors: ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "codec/yaml.h"

/*
 * parses: it is YAML all the same. Then only what nothing but Helm knows makes it a template: texts
 * with braces are in alerts and workflows too.
 */
bool is_helm_template(struct str bytes, bool parses);

/* The folder of the chart, "." for none: what stands before templates/, else the file's own. */
struct str helm_chart_of(struct str path);

bool is_kustomization(const struct yaml_node *root, struct str path);

/* Cleaned paths of the files that it takes for patches, as seen from where `path` is. */
int kustomize_patches(const struct yaml_node *root, struct str path, struct arena *a,
		      struct str_list *ret, struct err *err);
