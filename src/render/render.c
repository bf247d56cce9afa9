/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#define RENDERER(id) extern const struct renderer renderer_##id;
#include "render/renderer_list.def"
#undef RENDERER

const struct renderer *const renderers[] = {
#define RENDERER(id) &renderer_##id,
#include "render/renderer_list.def"
#undef RENDERER
	NULL,
};

const struct renderer *renderer_find(struct str id)
{
	for (size_t i = 0; renderers[i]; i++)
		if (str_is(id, renderers[i]->id))
			return renderers[i];
	return NULL;
}
