"""The real data sets: where each comes from, on what terms, and what reads it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ganbench.core.errors import UserError, unknown
from ganbench.data.datasets.archive import Archive
from ganbench.data.datasets.unpack import USUAL_BOUNDS, Bounds
from ganbench.data.listing import Listing

SEE_OWNER = "see the owner's page"
NOT_STATED = "not stated"


@dataclass(frozen=True)
class DataSet:
    """What is known about one data set.

    tasks: the tasks that use it.
    licence, size: in words.
    home: the owner's page.
    reader: "module:function", which lists the pictures in a folder.
    layout: what the folder holds once it is prepared.
    inner: the folder in the archives that becomes the data set's; empty for all of them.
    steps: how to get it where it cannot be downloaded; {archives} and {folder} stand for paths.
    """

    name: str
    summary: str
    tasks: tuple[str, ...]
    licence: str
    size: str
    home: str
    reader: str
    layout: str
    archives: tuple[Archive, ...] = ()
    inner: str = ""
    steps: tuple[str, ...] = ()
    bounds: Bounds = USUAL_BOUNDS

    @property
    def downloadable(self) -> bool:
        return bool(self.archives) and all(archive.address for archive in self.archives)


def default_data_dir() -> Path:
    """The user's data folder for ganbench; GANBENCH_DATA in the environment overrides it."""
    return Path(os.environ.get("GANBENCH_DATA") or platformdirs.user_data_dir("ganbench"))


def find_data_set(name: str) -> DataSet:
    by_name = {data_set.name: data_set for data_set in CATALOGUE}
    if name not in by_name:
        raise unknown("data set", name, by_name)
    return by_name[name]


def load_reader(data_set: DataSet) -> Callable[[Path], Listing]:
    """The function that lists the set's pictures; imported only when it is needed."""
    module, _, function = data_set.reader.partition(":")
    try:
        reader: Callable[[Path], Listing] = getattr(importlib.import_module(module), function)
    except ImportError as error:
        raise UserError(
            f"the reader of '{data_set.name}' cannot be loaded: {error}", data_set.reader
        ) from error
    return reader


def _pix2pix(name: str, what: str, pictures: str, size: str, tasks: tuple[str, ...]) -> DataSet:
    file = f"{name}.tar.gz"
    return DataSet(
        name=name,
        summary=f"edges and photographs of {what}, side by side (pix2pix)",
        tasks=tasks,
        licence=SEE_OWNER,
        size=size,
        home="https://github.com/phillipi/pix2pix",
        reader="ganbench.data.readers.pix2pix:list_pix2pix",
        layout=f"train/N_AB.jpg ({pictures}) and val/N_AB.jpg, 512 x 256: edges left, photo right",
        archives=(Archive(file, f"https://efrosgans.eecs.berkeley.edu/pix2pix/datasets/{file}"),),
        inner=name,
    )


def _fashion(file: str, md5: str) -> Archive:
    server = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
    return Archive(file, f"{server}/{file}", f"md5:{md5}")


CATALOGUE = (
    DataSet(
        name="cad_cars",
        summary="rendered CAD cars, 24 azimuths, 4 elevations (Fidler 2012; Reed 2015)",
        tasks=("car2car", "car2chair", "car2face", "chair2car", "face2car"),
        licence=SEE_OWNER,
        size="about 0.9 GB of pictures",
        home="http://www.scottreed.info",
        reader="ganbench.data.readers.cad_cars:list_cad_cars",
        layout="car_NNN_mesh.mat, 183 files, each with `im` (128, 128, 3, 24, 4)",
        archives=(
            Archive(
                "nips2015-analogy-data.tar.gz",
                "http://www.scottreed.info/files/nips2015-analogy-data.tar.gz",
                "md5:4e866a7919c1beedf53964e6f7a23686",
            ),
        ),
        inner="data/cars",
    ),
    DataSet(
        name="rendered_chairs",
        summary="rendered CAD chairs, 62 views each (Aubry 2014)",
        tasks=("car2chair", "chair2car", "chair2chair", "chair2face", "face2chair"),
        licence=SEE_OWNER,
        size=NOT_STATED,
        home="https://www.di.ens.fr/willow/research/seeing3Dchairs",
        reader="ganbench.data.readers.rendered_chairs:list_rendered_chairs",
        layout="<32 hex digits>/renders/image_001_p020_t011_r096.png: p elevation, t azimuth",
        archives=(
            Archive(
                "rendered_chairs.tar",
                "https://www.di.ens.fr/willow/research/seeing3Dchairs/data/rendered_chairs.tar",
            ),
        ),
        inner="rendered_chairs",
    ),
    DataSet(
        name="basel_faces",
        summary="rendered 3-D faces, 10 people, 270 pictures (Paysan 2009)",
        tasks=("car2face", "chair2face", "face2car", "face2chair", "face2face"),
        licence="non-commercial research only, after registration; see the owner's page",
        size=NOT_STATED,
        home="https://faces.dmi.unibas.ch/bfm/",
        reader="ganbench.data.readers.basel_faces:list_basel_faces",
        layout="*.png, flat; the first 20 characters of a name are the person",
        archives=(Archive("BaselFaceModel.tgz"),),
        inner="PublicMM1/05_renderings",
        steps=(
            "register for the Basel Face Model 2009 at https://faces.dmi.unibas.ch/bfm/",
            "download BaselFaceModel.tgz with the password that you are sent",
            "put it into {archives}, or give it with --archive",
        ),
    ),
    DataSet(
        name="celeba",
        summary="202,599 photographs of faces with 40 attributes, aligned (Liu 2015)",
        tasks=("attributes2faces", "gender", "glasses", "hair"),
        licence="non-commercial research only; see the owner's page",
        size="about 1.4 GB",
        home="https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        reader="ganbench.data.readers.celeba:list_celeba",
        layout="img_align_celeba/000001.jpg…, list_attr_celeba.txt, list_eval_partition.txt, "
        "and identity_CelebA.txt if you have it",
        archives=(
            Archive("img_align_celeba.zip", checksum="md5:00d2c5bc6d35e252742224ab0c1e8fcb"),
            Archive("list_attr_celeba.txt", checksum="md5:75e246fa4810816ffd6ee81facbd244c"),
            Archive("list_eval_partition.txt", checksum="md5:d32c9cbf5e040fd4025c592c306e6668"),
            Archive(
                "identity_CelebA.txt",
                checksum="md5:32bd1bd63d3c78cd57e08160ec5ed1e2",
                optional=True,
            ),
        ),
        steps=(
            "read the terms at https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
            "from the links there take Img/img_align_celeba.zip, Anno/list_attr_celeba.txt, "
            "Anno/identity_CelebA.txt (optional) and Eval/list_eval_partition.txt",
            "put them into {archives} as they are, or give each with --archive",
        ),
    ),
    _pix2pix(
        "edges2shoes",
        "shoes",
        "49,825 files",
        "about 2 GB",
        ("edges2shoes", "handbags2shoes", "shoes2edges", "shoes2handbags"),
    ),
    _pix2pix(
        "edges2handbags",
        "handbags",
        "138,567 files",
        "about 8 GB",
        ("edges2handbags", "handbags2edges", "handbags2shoes", "shoes2handbags"),
    ),
    DataSet(
        name="facescrub",
        summary="faces of actors and actresses (Ng and Winkler 2014)",
        tasks=("facescrub",),
        licence=SEE_OWNER,
        size=NOT_STATED,
        home="http://vintage.winklerbros.net/facescrub.html",
        reader="ganbench.data.readers.facescrub:list_facescrub",
        layout="actors/face/*.jpg and actresses/face/*.jpg",
        steps=(
            "ask for the two lists of addresses at http://vintage.winklerbros.net/facescrub.html",
            "download the pictures of each list with a tool of your choice; many are gone by now",
            "crop each to the box that its list gives",
            "put the crops into {folder}/actors/face and {folder}/actresses/face",
        ),
    ),
    DataSet(
        name="fashion_mnist",
        summary="70,000 small grey photographs of clothes in 10 classes (Zalando 2017)",
        tasks=(
            "edges2handbags",
            "edges2shoes",
            "handbags2edges",
            "handbags2shoes",
            "shoes2edges",
            "shoes2handbags",
        ),
        licence="MIT",
        size="31 MB",
        home="https://github.com/zalandoresearch/fashion-mnist",
        reader="ganbench.data.readers.fashion_mnist:list_fashion_mnist",
        layout="train-images-idx3-ubyte, train-labels-idx1-ubyte, and the same two of t10k",
        archives=(
            _fashion("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            _fashion("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            _fashion("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            _fashion("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
    ),
)
