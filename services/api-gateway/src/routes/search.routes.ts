import {
  type SearchFilters as FiltersView,
  noQuery,
  searchAnswer,
  searchRequest,
} from '@voiceassist/api-contract'
import { userActorOf } from '../plugins/request-actor.js'
import type { SearchFilters, SearchService } from '../services/search-port.js'
import { goneSignal } from './event-stream.js'
import type { RoutePlugin } from './route-plugin.js'

export const searchRoutes: RoutePlugin<{ readonly search: SearchService }> = async (app, { search }) => {
  app.post(
    '/search',
    {
      config: { access: 'user' },
      schema: {
        tags: ['search'],
        summary: 'Find passages',
        description:
          'Best first. A score says the same in every search: it is a function of query and passage alone. ' +
          '`from` says whether the passages are of an earlier search, whose result no change of documents has changed since.',
        querystring: noQuery,
        body: searchRequest,
        response: { 200: searchAnswer },
      },
    },
    async (request, reply) => {
      const { query, topK, scoreThreshold, filters } = request.body
      const { hits, from, savedMs, reuse } = await search.search(
        { query, topK, scoreThreshold, ...(filters ? { filters: given(filters) } : {}) },
        { signal: goneSignal(reply), asker: userActorOf(request) },
      )
      return {
        items: hits.map(hit => ({ ...hit })),
        from,
        ...(savedMs === undefined ? {} : { savedMs }),
        ...(reuse ? { similarity: reuse.similarity } : {}),
      }
    },
  )
}

/** Ids compare as text; PostgreSQL writes them in lower case. */
function given({ documentIds, ...others }: FiltersView): SearchFilters {
  return { ...others, ...(documentIds ? { documentIds: documentIds.map(id => id.toLowerCase()) } : {}) }
}
