import { join } from 'node:path'

/** Where the embedded database keeps its files. */
export const databaseFolder = (dataFolder: string): string => join(dataFolder, 'postgres')

/** Where a gateway that serves the folder takes commands. */
export const commandSocket = (dataFolder: string): string => join(dataFolder, 'gateway.sock')

/** Where the embedded cache keeps its files. */
export const cacheFolder = (dataFolder: string): string => join(dataFolder, 'cache')

/** A copy of the embedded database, while index advice is made. */
export const adviceFolder = (dataFolder: string): string => join(dataFolder, 'advice')
