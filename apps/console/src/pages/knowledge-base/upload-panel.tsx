import { DropZone } from './drop-zone.js'
import { UploadList } from './upload-list.js'
import { clearUploads, isUnderWay, type Upload, upload } from './uploads.js'

export function UploadPanel({ uploads }: { readonly uploads: readonly Upload[] }) {
  return (
    <section class="card upload-panel" aria-labelledby="upload">
      <h2 id="upload">Upload</h2>
      <DropZone onFiles={upload} />
      {uploads.length > 0 && <UploadList uploads={uploads} />}
      {uploads.some(one => !isUnderWay(one)) && (
        <button type="button" onClick={clearUploads}>
          Clear what is over
        </button>
      )}
    </section>
  )
}
